// Validates Kubernetes objects, a JSON array on standard input, by the schemas of the API that
// kubernetes-models has; prints a line an object, and exits 1 if one is at fault.
import { readFileSync } from "node:fs";

for (const object of JSON.parse(readFileSync(0, "utf8"))) {
  const models = await import(`kubernetes-models/${object.apiVersion}`);
  try {
    new models[object.kind](object).validate();
    console.log(`${object.kind}: ok`);
  } catch (fault) {
    console.log(`${object.kind}: ${fault.message}`);
    process.exitCode = 1;
  }
}
