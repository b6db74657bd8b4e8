/** What `explain --json` prints and the console's `POST /api/explain` answers. */
export interface ExplanationForm {
  readonly decision: {
    readonly outcome: string;
    readonly reason: string;
    /** The public text of the reason. */
    readonly says: string;
    readonly pipeline: string | null;
    readonly mode: string | null;
  };
  /** What to change and where, in one sentence; null where the request passes. */
  readonly change: string | null;
  /** Over HTTP: what the gateway asks. */
  readonly asked?: unknown;
  readonly answer: {
    readonly passes: boolean;
    /** The status that the caller gets, or over HTTP the one that the gateway gets. */
    readonly status?: number;
    readonly headers: readonly HeaderForm[];
    /** Over HTTP: the body; what the backend is to get, what is to be removed, and the header that names it. */
    readonly body?: string;
    readonly sets?: readonly HeaderForm[];
    readonly removes?: readonly string[];
    readonly removal?: string | null;
  };
  /** Where the pipeline came from, and which sources lost. */
  readonly sources: readonly {
    readonly source: string;
    readonly says: string;
    readonly chose: boolean;
  }[];
  readonly steps: readonly {
    readonly step: string;
    readonly result: 'passed' | 'refused' | 'not reached';
    /** What was found, and what is accepted. */
    readonly detail: string;
  }[];
  readonly alternatives?: readonly {
    readonly index: number;
    readonly satisfied: boolean;
    readonly detail: string;
  }[];
  readonly unset: readonly { readonly name: string; readonly why: string }[];
  readonly bypasses: readonly string[];
}

interface HeaderForm {
  readonly name: string;
  readonly value: string;
}
