// An unchanged tus-js-client, as its users write it: node tus.mjs '{"file", "endpoint" | "uploadUrl", ...}'
// Options of the client pass as they are. "breakAfter": abort after so many bytes were sent, then go on in a new
// client from what the first one knew. Prints one JSON line: the address, or the status that refused.
import { createReadStream } from "node:fs";
import * as tus from "tus-js-client";

const { file, breakAfter, ...options } = JSON.parse(process.argv[2]);
const known = new Map();
const memory = {
  findAllUploads: async () => [...known.values()],
  findUploadsByFingerprint: async () => [...known.values()],
  addUpload: async (fingerprint, upload) => { known.set(fingerprint, { ...upload, urlStorageKey: fingerprint }); return fingerprint; },
  removeUpload: async (key) => { known.delete(key); },
};

function client(more) {
  return new tus.Upload(createReadStream(file), {
    urlStorage: memory,
    fingerprint: async () => "the-file",
    retryDelays: [200, 500, 1000],
    ...options,
    ...more,
  });
}

async function whole(upload, settle) {
  return new Promise((resolve) => {
    upload.options.onSuccess = () => resolve({ url: upload.url });
    upload.options.onError = (error) => {
      const response = error.originalResponse;
      resolve({ status: response ? response.getStatus() : 0, body: response ? response.getBody() : String(error) });
    };
    settle(resolve);
  });
}

async function broken() {
  const upload = client({});
  return whole(upload, (resolve) => {
    upload.options.onProgress = (sent) => {
      if (sent >= breakAfter) {
        upload.options.onProgress = null;
        upload.abort().then(() => resolve({}));
      }
    };
    upload.start();
  });
}

if (breakAfter !== undefined) await broken();
const upload = client({});
const previous = await upload.findPreviousUploads();
if (previous.length) upload.resumeFromPreviousUpload(previous[0]);
const result = await whole(upload, () => upload.start());
console.log(JSON.stringify({ ...result, resumed: previous.length > 0 }));
