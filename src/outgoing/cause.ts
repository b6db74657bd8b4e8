/** What went wrong with a request: a code such as ECONNREFUSED, since messages of libraries may quote what they read. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  if (error.cause instanceof Error) return causeOf(error.cause);
  if (error instanceof SyntaxError) return 'the answer is not JSON';
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : error.name;
}
