// The age program as far as the differential tests need it, on npm's age-encryption (typage).
//   node age.mjs seal RECIPIENT IN OUT [armor]    node age.mjs open IDENTITY IN OUT    node age.mjs keygen [hybrid]
import { readFileSync, writeFileSync } from "node:fs";
import * as age from "age-encryption";

const [command, ...words] = process.argv.slice(2);

if (command === "keygen") {
  const identity = words[0] === "hybrid" ? await age.generateHybridIdentity() : await age.generateX25519Identity();
  console.log(identity);
  console.log(await age.identityToRecipient(identity));
} else if (command === "seal") {
  const [recipient, source, target, form] = words;
  const encrypter = new age.Encrypter();
  encrypter.addRecipient(recipient);
  const sealed = await encrypter.encrypt(readFileSync(source));
  writeFileSync(target, form === "armor" ? age.armor.encode(sealed) : sealed);
} else if (command === "open") {
  const [identity, source, target] = words;
  const decrypter = new age.Decrypter();
  decrypter.addIdentity(identity);
  const data = readFileSync(source);
  const sealed = data.subarray(0, 5).toString() === "-----" ? age.armor.decode(data.toString()) : data;
  writeFileSync(target, await decrypter.decrypt(sealed));
} else {
  console.error("unknown command");
  process.exit(2);
}
