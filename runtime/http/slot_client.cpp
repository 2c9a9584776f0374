#include "runtime/http/slot_client.hpp"

#include <poll.h>

#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "runtime/frost/files.hpp"
#include "runtime/http/call.hpp"

namespace quorate::http {

namespace {

using consensus::ChunkSlot;
using consensus::DbAddress;
using Json = nlohmann::ordered_json;

/// Tries of one write before it is given up.
constexpr int max_races = 16;

std::string slot_name(const DbAddress& db, ChunkSlot slot) {
  return fmt::format("{}/{}/{}/{}", db.contract.text, db.generation, to_hex(db.set), slot.value);
}

/// Every named refusal, for reading names back.
std::optional<Errc> errc_named(const std::string& name) {
  static const std::map<std::string, Errc, std::less<>> names{
#define Q(name, text) {#name, Errc::name},
#include "base/errc_base.def"
#include "base/errc_runtime.def"
#include "base/errc_stackerdb.def"
#undef Q
  };
  const auto at = names.find(name);
  if (at == names.end()) return std::nullopt;
  return at->second;
}

Json parse(const std::string& text) { return Json::parse(text, nullptr, false); }

std::string text_in(const Json& document, const char* key) {
  const auto at = document.find(key);
  return at != document.end() && at->is_string() ? at->get<std::string>() : std::string{};
}

std::uint64_t number_in(const Json& document, const char* key) {
  const auto at = document.find(key);
  return at != document.end() && at->is_number_unsigned() ? at->get<std::uint64_t>() : 0;
}

std::string query_of(const std::optional<std::uint64_t>& generation) {
  return generation ? fmt::format("?generation={}", *generation) : std::string{};
}

/// Another process holds it for as long as it takes to write a small file.
Result<frost::FileLock> take_lock(const std::string& path) {
  for (int tries = 0; tries < 200; ++tries) {
    auto lock = frost::FileLock::take(path);
    if (lock.ok() || lock.code() != Errc::file_in_use) return lock;
    static_cast<void>(::poll(nullptr, 0, 10));
  }
  return Error{Errc::file_in_use, path};
}

crypto::RecoverableSignature sign(const ArrayShown& array, ChunkSlot slot, ChunkVersion version,
                                  const Bytes& content, const crypto::SecretKey& key) {
  const Hash256 hash = crypto::sha512_256(content);
  const Hash256 digest =
      array.digest == consensus::ChunkDigest::legacy
          ? consensus::legacy_chunk_digest(slot, version, hash)
          : consensus::chunk_digest(array.network_id, array.db, slot, version, hash);
  return crypto::sign_recoverable(key, digest);
}

}  // namespace

Result<ChunkVersion> VersionMemory::next(const DbAddress& db, ChunkSlot slot,
                                         ChunkVersion standing) {
  TRY_ASSIGN(const auto lock, take_lock(path_));
  Json document = Json::object();
  if (frost::file_exists(path_)) {
    TRY_ASSIGN(const std::string text, frost::read_file(path_));
    document = parse(text);
    if (!document.is_object()) {
      return Error{Errc::document_malformed, path_ + ": these are no remembered versions"};
    }
  }
  const std::string name = slot_name(db, slot);
  const std::uint64_t given = number_in(document, name.c_str());
  const ChunkVersion version = ChunkVersion{std::max(given, standing.value)} + 1;
  document[name] = version.value;
  TRY(frost::replace_file(path_, document.dump(1) + "\n", frost::Privacy::open));
  return version;
}

Error refusal_in(const Answer& answer) {
  const Json document = parse(answer.body);
  if (document.is_object()) {
    for (const char* key : {"error", "reason"}) {
      if (const auto code = errc_named(text_in(document, key))) {
        return {*code, text_in(document, "detail")};
      }
    }
  }
  return {Errc::http_answer_malformed, "status " + std::to_string(answer.status)};
}

Result<std::string> SlotClient::document(const std::string& target) {
  TRY_ASSIGN(Answer answer, client_.get(target));
  if (answer.status != 200) return refusal_in(answer);
  return std::move(answer.body);
}

Result<ArrayShown> SlotClient::array(const std::string& contract,
                                     const std::optional<std::uint64_t>& generation) {
  TRY_ASSIGN(const std::string text, document("/v1/stackerdbs"));
  const Json all = parse(text);
  if (!all.is_object() || !all.contains("stackerdbs") || !all["stackerdbs"].is_array()) {
    return Error{Errc::http_answer_malformed, "no list of stackerdbs"};
  }
  std::string known;
  for (const Json& one : all["stackerdbs"]) {
    known += (known.empty() ? "" : ", ") + text_in(one, "contract");
    const bool is_meant =
        generation ? number_in(one, "generation") == *generation : one.value("current", false);
    if (text_in(one, "contract") != contract || !is_meant) continue;
    const auto set = fixed_from_hex<SetHash>(text_in(one, "set"));
    if (!set.ok()) return Error{Errc::http_answer_malformed, "set"};
    ArrayShown out{{{contract}, number_in(one, "generation"), *set}, {}, 0};
    out.network_id = static_cast<std::uint32_t>(number_in(one, "network_id"));
    if (text_in(one, "digest") == "stacks") out.digest = consensus::ChunkDigest::legacy;
    return out;
  }
  return Error{Errc::no_such_db, contract + "; the node hosts: " + known};
}

Result<SlotContent> SlotClient::read(const std::string& contract,
                                     const std::optional<std::uint64_t>& generation,
                                     ChunkSlot slot) {
  TRY_ASSIGN(const std::string text, document(fmt::format("/v1/stackerdbs/{}/slots/{}{}", contract,
                                                          slot.value, query_of(generation))));
  const Json shown = parse(text);
  const auto version = parse_version(text_in(shown, "version"));
  auto content = from_hex(text_in(shown, "chunk"));
  if (!version.ok() || !content.ok()) return Error{Errc::http_answer_malformed, "no chunk"};
  return SlotContent{*version, std::move(content).value(), text_in(shown, "public_key")};
}

Result<ChunkVersion> SlotClient::put(const std::string& contract,
                                     const std::optional<std::uint64_t>& generation, ChunkSlot slot,
                                     const Bytes& content, const crypto::SecretKey& key,
                                     VersionMemory& memory) {
  TRY_ASSIGN(const ArrayShown array, this->array(contract, generation));
  TRY_ASSIGN(const SlotContent standing, read(contract, generation, slot));
  if (standing.owner != to_hex(key.public_key())) {
    return Error{Errc::slot_of_another,
                 fmt::format("slot {} belongs to {}, the key is {}", slot.value, standing.owner,
                             to_hex(key.public_key()))};
  }
  const std::string target = fmt::format("/v1/stackerdbs/{}/slots/{}{}", contract, slot.value,
                                         query_of(array.db.generation));
  ChunkVersion seen = standing.version;
  for (int races = 0; races < max_races; ++races) {
    TRY_ASSIGN(const ChunkVersion version, memory.next(array.db, slot, seen));
    Json body;
    body["version"] = version.value;
    body["chunk"] = to_hex(ByteView{content});
    body["signature"] = to_hex(sign(array, slot, version, content, key));
    TRY_ASSIGN(const Answer answer, client_.post(target, body.dump()));
    if (answer.status == 200) return version;
    const Error refused = refusal_in(answer);
    if (refused.code != Errc::stale_version && refused.code != Errc::weak_hash) return refused;
    const Json judged = parse(answer.body);
    if (judged.contains("metadata")) {
      seen = std::max(seen, ChunkVersion{number_in(judged["metadata"], "version")});
    }
  }
  return Error{Errc::version_race_lost, fmt::format("{} tries", max_races)};
}

}  // namespace quorate::http
