import { createServer } from 'node:http';

/** A replica for the measurement: `node backend.ts <socket>` answers every request with 200 bytes of JSON. */
const [socketPath] = process.argv.slice(2);
const answer = JSON.stringify({
  label: 'seven',
  scores: Array.from({ length: 30 }, (_, i) => i / 31 + 0.01).map(n => Number(n.toFixed(2)))
});

const server = createServer((req, res) => {
  req.resume();
  req.on('end', () => {
    res.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(answer)
    });
    res.end(answer);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(socketPath, () => process.stdout.write('{}\n'));
