// Writes shared/api.d.ts from the published API description, so that no wire type is written by hand.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL(process.env.BATON_OPENAPI ?? '../docs/reference/openapi.json', import.meta.url);
if (!existsSync(source)) {
  console.error(`No API description at ${source.pathname}. Generate the reference first.`);
  process.exit(1);
}
const document = JSON.parse(readFileSync(source, 'utf8'));

// The client adds this header to every write by itself (shared/api.ts); no call should have to name it.
for (const path of Object.values(document.paths)) {
  for (const part of [path, ...Object.values(path)]) {
    if (Array.isArray(part?.parameters)) {
      part.parameters = part.parameters.filter((p) => p.name?.toLowerCase() !== 'idempotency-key');
    }
  }
}
writeFileSync(new URL('shared/api.d.ts', import.meta.url), astToString(await openapiTS(document)));
