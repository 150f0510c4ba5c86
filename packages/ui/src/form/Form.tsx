import { copyIcon } from '@jupyterlab/ui-components';
import type { IPanelHandle } from '@topsdl/lab';
import type { Operation } from '@topsdl/contract';
import {
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  type FormEvent,
  type JSX,
  type KeyboardEvent,
  type ReactNode
} from 'react';
import { copyText } from '../feedback/copy.ts';
import { notify, reportError } from '../feedback/report.ts';
import { describeError } from '../feedback/sentences.ts';
import { Button } from '../feedback/states.tsx';
import { useTops } from '../host.tsx';
import { keep, kept } from '../memory.ts';
import { Asked, pythonCell } from './python.ts';
import { Field } from './Field.tsx';
import {
  bodyOf,
  changesOf,
  check,
  faultsIn,
  fieldsOf,
  placeFaults,
  type Faults,
  type FieldHint,
  type Values
} from './fields.ts';

/** What can be typed into or chosen with. */
const CONTROLS = '.topsdl-Field :is(input, select, textarea)';

/** A button that sends the form. */
export interface Submit {
  readonly id: string;
  readonly label: string;
}

export interface FormProps<R> {
  /** What the body is of: its schema makes the fields and checks them. */
  readonly operation: Operation;
  readonly title: string;
  /** Beside the title, muted. */
  readonly note?: ReactNode;
  /** The fields in their order. */
  readonly hints: Readonly<Record<string, FieldHint>>;
  /** The object that is edited; then only what was changed is sent. */
  readonly edits?: Values | undefined;
  /** Values at first of a new object, before those remembered. */
  readonly initial?: Values | undefined;
  /** Under what name drafts and the values of the last time are kept; left out, none are. */
  readonly memory?: string;
  /** Buttons, the main one last. */
  readonly submits: readonly Submit[];
  /** Sends the body; the id is the button's. The values are those of all fields, also of such that the body has not. */
  submit(body: Values, id: string, values: Values): Promise<R>;
  onDone(result: R, id: string): void;
  /** The tab that the form is alone in: it is called as the form is, and closed to leave it. */
  readonly panel?: Pick<IPanelHandle, 'setTitle' | 'setDirty' | 'close'> | undefined;
  /** Leaves a form that is beside something; without a way out it is a part of something else. */
  onCancel?(): void;
  /**
   * Parameters of the operation's address, beside the project. With them the form can be copied as
   * Python; left out where the form does more, or something else, than the operation.
   */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** Beside the fields, such as what this will use of the quota. */
  readonly aside?: ((values: Values) => ReactNode) | undefined;
  /** Below the fields. */
  readonly children?: ReactNode;
}

/** One form for creating and for editing, checked as one types by the rule that the server has. */
export function Form<R>(props: FormProps<R>): JSX.Element {
  const { operation, hints, edits, submits, memory, panel } = props;
  const leave = props.onCancel ?? (panel && (() => panel.close()));
  const host = useTops();
  const { trans, translation, session } = host;
  const formId = useId();
  const form = useRef<HTMLFormElement>(null);
  const fields = useMemo(() => fieldsOf(operation), [operation]);
  const name = memory && `${session.session?.user.id}:${session.project?.id}:form:${memory}`;
  const [values, setValues] = useState<Values>(() => ({
    ...Object.fromEntries(
      Object.entries(hints).flatMap(([field, { initial }]) =>
        initial === undefined ? [] : [[field, initial]]
      )
    ),
    ...(name && !edits ? kept<Values>(`${name}:last`, {}) : {}),
    ...props.initial,
    ...(name && !edits ? kept<Values>(`${name}:draft`, {}) : {}),
    ...edits
  }));
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set());
  const [dirty, setDirty] = useState(false);
  const [tried, setTried] = useState(false);
  const [sending, setSending] = useState(false);
  const [refused, setRefused] = useState<Faults>({});
  const [failure, setFailure] = useState<string | null>(null);

  const shown = Object.entries(hints).filter(([, hint]) => hint.when?.(values) ?? true);
  const visible = Object.fromEntries(
    Object.entries(values).filter(([field]) => !hints[field] || shown.some(([n]) => n === field))
  );
  const whole = bodyOf(visible, fields);
  const body = edits ? changesOf(whole, edits) : whole;
  const faults: Faults = { ...check(operation, body, translation, hints), ...refused };
  const wrong = shown.filter(([field]) => faultsIn(faults, field).length > 0);
  const seen = (field: string) => tried || touched.has(field) || field in refused;
  const told = wrong.filter(([field]) => seen(field));

  useEffect(() => {
    panel?.setDirty(dirty);
    if (name && !edits && dirty) {
      keep(`${name}:draft`, withoutSecrets(values, hints));
    }
  }, [dirty, values]);

  useEffect(() => panel?.setTitle(props.title), [panel, props.title]);

  useEffect(() => {
    // A tab that is opened has the focus as a whole; who opened a form wants to type.
    const { activeElement } = document;
    if (panel && activeElement?.contains(form.current) && activeElement.matches('.topsdl-Panel')) {
      form.current?.querySelector<HTMLElement>(CONTROLS)?.focus();
    }
  }, []);

  /** The body as Python has to give it: an edited one with what the operation cannot do without. */
  const shownBody = (): Values => {
    const needed = Object.entries(whole).filter(([field]) => fields[field]?.required);
    const entries = Object.entries({ ...Object.fromEntries(needed), ...body });
    return Object.fromEntries(
      entries.map(([field, value]) => {
        const hint = hints[field];
        return [field, hint?.widget === 'password' ? new Asked(hint.label) : value];
      })
    );
  };

  const focus = (field: string) =>
    form.current
      ?.querySelector<HTMLElement>(
        `[data-field="${field}"] :is(input,select,textarea,button):not([tabindex="-1"])`
      )
      ?.focus();

  const change = (field: string, value: unknown) => {
    setDirty(true);
    setChanged(old => (old.has(field) ? old : new Set([...old, field])));
    setValues(old => ({ ...old, [field]: value }));
    // What the server said of a field is about its old value.
    setRefused(old =>
      Object.fromEntries(Object.entries(old).filter(([path]) => path.split('.')[0] !== field))
    );
    setFailure(null);
  };

  const send = async (id: string) => {
    setTried(true);
    if (sending) {
      return;
    }
    const first = wrong[0];
    if (first) {
      focus(first[0]);
      return;
    }
    setSending(true);
    setFailure(null);
    try {
      const result = await props.submit(body, id, values);
      if (name) {
        keep(`${name}:draft`, undefined);
        const remembered = Object.keys(values).filter(field => hints[field]?.remember);
        keep(`${name}:last`, Object.fromEntries(remembered.map(field => [field, values[field]])));
      }
      setDirty(false);
      panel?.setDirty(false);
      props.onDone(result, id);
    } catch (error) {
      const placed = placeFaults(error, Object.keys(hints), translation);
      setRefused(placed);
      setFailure(describeError(host, error));
      const field = Object.keys(placed)[0]?.split('.')[0];
      if (field) {
        focus(field);
      }
    } finally {
      setSending(false);
    }
  };

  const discard = () => {
    if (name) {
      keep(`${name}:draft`, undefined);
    }
    setDirty(false);
    panel?.setDirty(false);
    leave?.();
  };

  const main = submits.at(-1);
  // A field may take in what is being typed with the key that sends: what is sent is drawn after it.
  const latest = useRef(send);
  latest.current = send;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented && leave) {
      event.stopPropagation();
      // What was typed is kept as a draft: Escape loses nothing.
      leave();
    } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && main) {
      event.preventDefault();
      event.stopPropagation();
      void latest.current(main.id);
    }
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (main) {
      void send(main.id);
    }
  };

  return (
    <form
      ref={form}
      className="topsdl-Form"
      aria-labelledby={`${formId}-title`}
      noValidate
      onSubmit={onSubmit}
      onKeyDown={onKeyDown}
    >
      <header className="topsdl-Form-header">
        <h1 id={`${formId}-title`}>{props.title}</h1>
        {props.note && <span className="topsdl-Form-note">{props.note}</span>}
      </header>
      <div className="topsdl-Form-main">
        <div className="topsdl-Form-fields">
          {shown.map(([field, hint]) => (
            <Field
              key={field}
              id={`${formId}-${field}`}
              name={field}
              hint={hint}
              schema={fields[field]}
              value={values[field]}
              values={values}
              faults={seen(field) ? faultsIn(faults, field) : []}
              onChange={value => change(field, value)}
              onBlur={() => {
                // Who only passes through an empty field is not told off for it.
                if (changed.has(field)) {
                  setTouched(old => (old.has(field) ? old : new Set([...old, field])));
                }
              }}
            />
          ))}
          {props.children}
        </div>
        {props.aside && <aside className="topsdl-Form-aside">{props.aside(values)}</aside>}
      </div>
      <footer className="topsdl-Form-footer">
        {leave && (
          <Button minimal onClick={discard}>
            {dirty && !edits ? trans.__('Discard') : trans.__('Cancel')}
          </Button>
        )}
        <span className="topsdl-Form-told" role="alert">
          {told.length > 0 ? (
            <>
              {trans._n('%1 field to correct:', '%1 fields to correct:', told.length)}{' '}
              {told.map(([field, hint]) => (
                <button key={field} type="button" onClick={() => focus(field)}>
                  {hint.label}
                </button>
              ))}
            </>
          ) : (
            failure
          )}
        </span>
        {props.params && (
          <Button
            icon={copyIcon}
            onClick={() =>
              void copyText(pythonCell(host, operation, props.params ?? {}, shownBody())).then(
                () => notify(trans.__('Copied as Python.')),
                (error: unknown) => reportError(host, error)
              )
            }
          >
            {trans.__('Copy as Python')}
          </Button>
        )}
        {submits.map(submit => (
          <Button
            key={submit.id}
            primary={submit === main}
            disabled={sending || (tried && wrong.length > 0)}
            submit={submit === main}
            title={submit === main ? trans.__('%1 (Ctrl+Enter)', submit.label) : submit.label}
            {...(submit === main ? {} : { onClick: () => void send(submit.id) })}
          >
            {submit.label}
          </Button>
        ))}
      </footer>
    </form>
  );
}

/** A password is not written into the browser's memory. */
function withoutSecrets(values: Values, hints: FormProps<unknown>['hints']): Values {
  return Object.fromEntries(
    Object.entries(values).filter(([field]) => hints[field]?.widget !== 'password')
  );
}
