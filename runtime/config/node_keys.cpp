#include "runtime/config/node_keys.hpp"

#include <filesystem>

#include <nlohmann/json.hpp>

#include "bitcoin/wallet.hpp"
#include "runtime/frost/files.hpp"

namespace quorate::config {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t secrets_size = 5 * 32;
constexpr const char* kind = "quorate node keys";

/// What the sealed part is bound to.
Bytes public_part(const Json& document) {
  std::string text = kind;
  for (const char* field : {"node", "producer", "purse", "stacker", "vrf"}) {
    text += "|" + document.at(field).get<std::string>();
  }
  return to_bytes(as_bytes(text));
}

Json public_document(const NodeKeys& keys) {
  Json out;
  out["kind"] = kind;
  out["node"] = to_hex(keys.id());
  out["producer"] = to_hex(keys.producer.public_key());
  out["purse"] = to_hex(keys.purse.public_key());
  out["stacker"] = to_hex(keys.stacker.public_key());
  out["vrf"] = to_hex(crypto::vrf_key_of_seed(keys.vrf_seed));
  return out;
}

}  // namespace

NodeKeys NodeKeys::generate() {
  return {crypto::SecretKey::generate(), crypto::SecretKey::generate(),
          crypto::SecretKey::generate(), crypto::SecretKey::generate(), frost::fresh_randomness()};
}

consensus::GenesisSigner NodeKeys::as_stacker(std::uint32_t slots) const {
  return {{bitcoin::wallet_script(purse).bytes}, stacker.public_key(), slots};
}

Result<NodeKeys> create_keys_file(const std::string& folder, ByteView passphrase,
                                  frost::PassphraseCost cost) {
  std::error_code failed;  // What went wrong shows when the file is written.
  std::filesystem::create_directories(folder, failed);
  NodeKeys keys = NodeKeys::generate();
  TRY(frost::create_file(folder + "/keys.json", keys_file_text(keys, passphrase, cost),
                         frost::Privacy::owner_only));
  return keys;
}

std::string keys_file_text(const NodeKeys& keys, ByteView passphrase, frost::PassphraseCost cost) {
  frost::SecretBytes secret{secrets_size};
  std::size_t at = 0;
  const auto put = [&](ByteView bytes) {
    std::copy(bytes.begin(), bytes.end(), secret.writable().begin() + at);
    at += bytes.size();
  };
  put(keys.node.reveal());
  put(keys.producer.reveal());
  put(keys.purse.reveal());
  put(keys.stacker.reveal());
  put(keys.vrf_seed.view());
  Json document = public_document(keys);
  document["sealed"] =
      to_hex(frost::seal_with_passphrase(passphrase, cost, public_part(document), secret.view()));
  return document.dump(2) + "\n";
}

Result<NodeKeys> read_keys_file(const std::string& path, const frost::AskPassphrase& ask) {
  TRY_ASSIGN(const std::string text, frost::read_file(path));
  const Json document = Json::parse(text, nullptr, false);
  const Error malformed{Errc::document_malformed, path + ": these are no node keys"};
  if (!document.is_object() || document.value("kind", "") != kind) return malformed;
  for (const char* field : {"node", "producer", "purse", "stacker", "vrf", "sealed"}) {
    if (!document.contains(field) || !document[field].is_string()) return malformed;
  }
  const auto sealed = from_hex(document["sealed"].get<std::string>());
  if (!sealed.ok()) return malformed;
  TRY_ASSIGN(const frost::SecretBytes passphrase, ask());
  TRY_ASSIGN(const frost::SecretBytes secret,
             frost::open_with_passphrase(passphrase.view(), public_part(document), *sealed));
  if (secret.size() != secrets_size) return malformed;
  const auto part = [&](std::size_t i) { return secret.view().subspan(32 * i, 32); };
  TRY_ASSIGN(auto node, crypto::SecretKey::from(part(0)));
  TRY_ASSIGN(auto producer, crypto::SecretKey::from(part(1)));
  TRY_ASSIGN(auto purse, crypto::SecretKey::from(part(2)));
  TRY_ASSIGN(auto stacker, crypto::SecretKey::from(part(3)));
  return NodeKeys{std::move(node), std::move(producer), std::move(purse), std::move(stacker),
                  Hash256::from(part(4))};
}

}  // namespace quorate::config
