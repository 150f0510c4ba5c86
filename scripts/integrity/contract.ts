/** What the contract promises about itself: unique operations, and sentences whole in both languages. */
import { allOperations, catalogue, operations } from '../../packages/contract/src/index.ts';

function repeated(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

function placeholders(sentence: string): string {
  return [...new Set(sentence.match(/\{\w+\}/g))].sort().join(' ');
}

/** Faults of operations and of the catalogue of sentences. */
export function operationFaults(): string[] {
  const words = Object.entries(operations).flatMap(([feature, own]) =>
    Object.entries(own)
      .filter(([verb, operation]) => operation.id !== `${feature}.${verb}`)
      .map(([verb, operation]) => `contract: ${operation.id} is kept as ${feature}.${verb}`)
  );
  const addresses = repeated(allOperations.map(({ method, path }) => `${method} ${path}`)).map(
    address => `contract: two operations answer ${address}`
  );
  const summaries = allOperations
    .filter(operation => operation.summary.trim() === '')
    .map(operation => `contract: ${operation.id} has no summary`);
  const sentences = Object.entries(catalogue).flatMap(([code, { en, zh }]) => {
    if (!en.trim() || !zh.trim()) {
      return [`contract: the sentence of ${code} lacks a language`];
    }
    return placeholders(en) === placeholders(zh)
      ? []
      : [
          `contract: the sentences of ${code} name different parameters: ${placeholders(en)} / ${placeholders(zh)}`
        ];
  });
  return [...words, ...addresses, ...summaries, ...sentences];
}
