/** Rows of `METRICS` that are there with `serve --candidate` only. */
export const CANDIDATE_METRICS = {
  watchword_candidate_decisions_total: {
    type: 'counter',
    labels: ['pipeline', 'live', 'candidate'],
    help: 'Requests that the candidate configuration decides otherwise; live and candidate are the reasons, equal where only the pipeline, its mode or the identity headers differ. With `serve --candidate` only.',
  },
  watchword_candidate_checks_total: {
    type: 'counter',
    labels: ['result'],
    help: 'Requests that the candidate judged (same, different), did not judge because too many were waiting (dropped), or could not because of a defect (failed). With `serve --candidate` only.',
  },
  watchword_candidate_config_last_reload_successful: {
    type: 'gauge',
    labels: [],
    help: '1 where the files of the candidate are right, 0 where the one before it judges, or none. With `serve --candidate` only.',
  },
  watchword_candidate_config_info: {
    type: 'gauge',
    labels: ['hash'],
    help: 'Always 1. hash is that of the candidate, as `watchword validate --hash` prints it. With `serve --candidate` only.',
  },
} as const;
