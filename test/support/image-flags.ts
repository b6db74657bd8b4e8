import { readFileSync } from 'node:fs';

const DOCKERFILE = new URL('../../deploy/Dockerfile', import.meta.url);

/** The flags with which the image runs Node: those of its ENTRYPOINT. */
export function imageFlags(): readonly string[] {
  const text = readFileSync(DOCKERFILE, 'utf8').replaceAll('\\\n', '');
  const entrypoint = /^ENTRYPOINT (\[.*\])$/m.exec(text)?.[1];
  if (entrypoint === undefined) throw new Error('deploy/Dockerfile has no ENTRYPOINT');
  return (JSON.parse(entrypoint) as string[]).slice(1, -1);
}
