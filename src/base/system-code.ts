/** The system's word for what went wrong with a file or a connection, such as ENOENT; `otherwise` where it has none. */
export function systemCode(error: unknown, otherwise = 'unknown error'): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === 'string' ? code : otherwise;
}
