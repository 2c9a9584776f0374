#include "runtime/config/chunk_key.hpp"

#include <nlohmann/json.hpp>

#include "runtime/frost/files.hpp"

namespace quorate::config {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kind = "quorate chunk key";

Bytes public_part(const std::string& key) { return to_bytes(as_bytes(kind + ("|" + key))); }

}  // namespace

Result<crypto::PublicKey> create_chunk_key(const std::string& path, ByteView passphrase,
                                           frost::PassphraseCost cost) {
  const auto key = crypto::SecretKey::generate();
  const crypto::PublicKey shown = key.public_key();
  Json document;
  document["kind"] = kind;
  document["key"] = to_hex(shown);
  document["sealed"] = to_hex(
      frost::seal_with_passphrase(passphrase, cost, public_part(to_hex(shown)), key.reveal()));
  TRY(frost::create_file(path, document.dump(2) + "\n", frost::Privacy::owner_only));
  return shown;
}

Result<crypto::SecretKey> read_chunk_key(const std::string& path, const frost::AskPassphrase& ask) {
  TRY_ASSIGN(const std::string text, frost::read_file(path));
  const Json document = Json::parse(text, nullptr, false);
  const Error malformed{Errc::document_malformed,
                        path + ": this is no chunk key; 'quorate keygen' makes one"};
  if (!document.is_object()) return malformed;
  for (const char* field : {"kind", "key", "sealed"}) {
    if (!document.contains(field) || !document[field].is_string()) return malformed;
  }
  const auto sealed = from_hex(document["sealed"].get<std::string>());
  if (document["kind"] != kind || !sealed.ok()) return malformed;
  TRY_ASSIGN(const frost::SecretBytes passphrase, ask());
  TRY_ASSIGN(const frost::SecretBytes secret,
             frost::open_with_passphrase(passphrase.view(),
                                         public_part(document["key"].get<std::string>()), *sealed));
  return crypto::SecretKey::from(secret.view());
}

}  // namespace quorate::config
