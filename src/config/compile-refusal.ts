import { HostTable } from '../policy/host.ts';
import type { RefusalForm, SignIn } from '../policy/refusal-form.ts';
import { returnHostsOf } from './check-refusal.ts';
import type { Templates } from './refusal-files.ts';
import type { PipelineConfig } from './shape.ts';

/** Compiles how the refusals of a pipeline look; null where it says nothing of it. */
export function compileRefusal(pipeline: PipelineConfig, templates: Templates): RefusalForm | null {
  const { refusal } = pipeline;
  if (refusal === undefined) return null;
  const { json, html } = refusal.body ?? {};
  const templateOf = (file: string | undefined) =>
    file === undefined ? null : (templates.get(file) ?? null);
  return { signIn: compileSignIn(pipeline), json: templateOf(json), html: templateOf(html) };
}

function compileSignIn(pipeline: PipelineConfig): SignIn | null {
  const signIn = pipeline.refusal?.signIn;
  if (signIn === undefined) return null;
  const hosts = new HostTable(
    new Map(returnHostsOf(pipeline).map((host) => [host, true as const])),
  );
  return { url: new URL(signIn.url), returnTo: signIn.returnTo, hosts };
}
