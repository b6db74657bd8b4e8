// preStop of Watchword beside our own Envoy: asks Envoy to close its connections gently, then waits while it does. The
// argument: seconds to wait.
const seconds = Number(process.argv[2]);
const ended = new Promise((resolve) => setTimeout(resolve, seconds * 1000));
try {
  const url = 'http://127.0.0.1:9901/drain_listeners?graceful&skip_exit';
  const answer = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(2_000) });
  if (!answer.ok) console.error(`Envoy answered ${answer.status} to drain_listeners`);
} catch (error) {
  // An Envoy that has gone already has nothing to drain.
  console.error(
    `Envoy could not be asked to drain: ${error instanceof Error ? error.message : error}`,
  );
}
await ended;
