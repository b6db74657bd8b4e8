/** The system's word for what went wrong with a file or a connection, such as ENOENT; `otherwise` where it has none. */
export function systemCode(error: unknown, otherwise = 'unknown error'): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === 'string' ? code : otherwise;
}

/** What the system's word means for a file that a setting names, for people; null where it says nothing more. */
export function fileHint(error: unknown): string | null {
  switch (systemCode(error)) {
    case 'ENOENT':
      return 'there is no such file; a relative path begins at the folder of the file that names it';
    case 'EISDIR':
      return 'it is a folder: name the file in it';
    case 'ENOTDIR':
      return 'what should be a folder of its path is a file';
    case 'EACCES':
    case 'EPERM':
      return 'the user that Watchword runs as may not read it';
    default:
      return null;
  }
}
