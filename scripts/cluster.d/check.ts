export async function check(): Promise<void> {}
