#include "runtime/store_view.hpp"

#include <fmt/format.h>

#include <map>

#include <nlohmann/json.hpp>

#include "actors/agreement_record.hpp"
#include "actors/keygen_records.hpp"
#include "actors/replica_records.hpp"
#include "actors/signing_core.hpp"

namespace quorate::runtime {

namespace {

using Json = nlohmann::ordered_json;
using storage::SnapshotRecord;
using storage::Table;

std::string text_of(GroupKind kind) {
  return kind == GroupKind::producers ? "producers" : "stackers";
}
std::string text_of(const consensus::View& view) {
  return fmt::format("({},{})", view.epoch, view.round);
}
/// The first twelve digits tell hashes apart.
template <class Hash>
std::string short_hex(const Hash& hash) {
  return to_hex(hash.view()).substr(0, 12);
}
std::string text_of(const consensus::Value& value) {
  constexpr std::array kinds{"block", "reject", "key", "retry"};
  std::string out = kinds.at(static_cast<std::size_t>(value.kind));
  if (!value.id.is_zero()) out += " " + short_hex(value.id);
  if (value.burn_view.height.value > 0) {
    out += fmt::format(" on burn block {}", value.burn_view.height.value);
  }
  return out;
}
std::string text_of(const consensus::Vote& vote) {
  return text_of(vote.value) + " in view " + text_of(vote.view);
}

void put_instance(Json& out, const consensus::InstanceId& instance) {
  constexpr std::array purposes{"block", "key", "announcement"};
  out["group"] = text_of(instance.group);
  out["generation"] = instance.generation;
  out["purpose"] = purposes.at(static_cast<std::size_t>(instance.purpose));
  if (instance.purpose != consensus::Purpose::key) {
    out["term"] = instance.term.value;
    out["height"] = instance.height.value;
  }
  out["attempt"] = instance.attempt;
}

/// Fields of a key in their order, and nothing behind them.
template <class... Fields>
bool split(ByteView key, Fields&... fields) {
  Reader reader{key};
  (static_cast<void>(fields = reader.get<Fields>()), ...);
  return reader.ok() && reader.rest().empty();
}

bool describe_election(const SnapshotRecord& record, Json& out) {
  TermNumber term;
  SetHash set;
  std::uint32_t epoch{};
  MemberIndex candidate;
  if (!split(record.key, term, set) || !split(record.value, epoch, candidate)) return false;
  out["term"] = term.value;
  out["set"] = short_hex(set);
  out["epoch"] = epoch;
  out["granted_member"] = candidate.value;
  return true;
}

bool describe_agreement(const SnapshotRecord& record, Json& out) {
  SetHash set;
  consensus::InstanceId instance;
  const auto promise = decode<actors::agreement::PromiseRecord>(record.value);
  if (!split(record.key, set, instance) || !promise.ok()) return false;
  put_instance(out, instance);
  out["set"] = short_hex(set);
  out["view"] = text_of(promise->view);
  if (promise->current) out["nothing_more_below"] = text_of(*promise->current);
  if (promise->proposed) out["proposed"] = text_of(*promise->proposed);
  if (promise->prepare) out["prepared"] = text_of(*promise->prepare);
  if (promise->commit) out["committed"] = text_of(*promise->commit);
  if (!promise->locks.empty()) {
    out["locks"] = Json::array();
    for (const auto& lock : promise->locks) {
      out["locks"].push_back(text_of(lock.value) + " in view " + text_of(lock.view));
    }
  }
  if (!promise->decisions.empty()) {
    out["decisions"] = Json::array();
    for (const auto& decision : promise->decisions) {
      out["decisions"].push_back(text_of(decision.value));
    }
  }
  return true;
}

/// The dealing's randomness and the sealed shares stay unread.
bool describe_keygen(const SnapshotRecord& record, Json& out) {
  constexpr std::array kinds{"", "attempt", "seed", "progress", "result"};
  constexpr std::size_t prefix = 32;
  actors::keygen::RecordKind kind{};
  std::uint32_t attempt{};
  if (record.key.size() < prefix || !split(ByteView{record.key}.subspan(prefix), kind, attempt)) {
    return false;
  }
  out["kind"] = kinds.at(static_cast<std::size_t>(kind));
  out["attempt"] = attempt;
  out["bytes"] = record.value.size();
  if (kind != actors::keygen::RecordKind::result) return true;
  const auto result = decode<actors::keygen::ResultRecord>(record.value);
  if (!result.ok()) return false;
  const consensus::KeyContent& content = result->certificate.content;
  out["group"] = text_of(content.kind);
  out["generation"] = content.generation;
  out["group_key"] = to_hex(content.group_key.view());
  out["sealed_bytes"] = result->sealed.bytes.size();
  return true;
}

/// Which session a nonce went to; not the share.
bool describe_nonce(const SnapshotRecord& record, Json& out) {
  const auto logged = decode<actors::signing::LoggedShare>(record.value);
  if (!logged.ok()) return false;
  put_instance(out, logged->instance);
  out["view"] = text_of(logged->view);
  out["batch"] = to_hex(logged->batch.view());
  out["nonce"] = logged->share.index;
  out["session"] = to_hex(logged->share.session.view());
  return true;
}

void put_slot(Json& out, const consensus::DbAddress& db, consensus::ChunkSlot slot) {
  out["contract"] = db.contract.text;
  out["generation"] = db.generation;
  out["set"] = short_hex(db.set);
  out["slot"] = slot.value;
}

bool describe_version(const SnapshotRecord& record, Json& out) {
  consensus::DbAddress db;
  consensus::ChunkSlot slot;
  ChunkVersion version;
  if (!split(record.key, db, slot) || !split(record.value, version)) return false;
  put_slot(out, db, slot);
  out["version"] = version.value;
  return true;
}

bool describe_evidence(const SnapshotRecord& record, Json& out) {
  const auto evidence = decode<actors::replica::Equivocation>(record.value);
  if (!evidence.ok()) return false;
  put_slot(out, evidence->first.db, evidence->first.slot);
  out["version"] = evidence->first.version.value;
  return true;
}

bool describe_key(const SnapshotRecord& record, Json& out) {
  const auto key = decode<consensus::KeyCertificate>(record.value);
  if (!key.ok()) return false;
  out["group"] = text_of(key->content.kind);
  out["generation"] = key->content.generation;
  out["group_key"] = to_hex(key->content.group_key.view());
  return true;
}

bool describe_block(const SnapshotRecord& record, Json& out) {
  BlockHeight height;
  BlockId id;
  if (!split(record.key, height, id)) return false;
  out["height"] = height.value;
  out["block"] = to_hex(id.view());
  out["bytes"] = record.value.size();
  return true;
}

bool describe_counter(const SnapshotRecord& record, Json& out) {
  std::uint32_t counter{};
  if (!split(record.value, counter)) return false;
  out["announcements_begun"] = counter;
  return true;
}

/// The record in words; nullopt where counting is enough.
std::optional<Json> entry_of(const SnapshotRecord& record) {
  Json out{{"table", storage::name_of(record.table)}};
  const auto described = [&]() -> std::optional<bool> {
    switch (record.table) {
      case Table::election:
        return describe_election(record, out);
      case Table::agreement:
        return describe_agreement(record, out);
      case Table::keygen:
        return describe_keygen(record, out);
      case Table::nonce_log:
        return describe_nonce(record, out);
      case Table::versions:
        return describe_version(record, out);
      case Table::evidence:
        return describe_evidence(record, out);
      case Table::blocks:
        return describe_block(record, out);
      case Table::keys:
        return describe_key(record, out);
      case Table::announcer:
        return describe_counter(record, out);
      case Table::chunks:
      case Table::burn_blocks:
        break;
    }
    return std::nullopt;
  }();
  if (!described) return std::nullopt;
  if (!*described) {
    return Json{{"table", storage::name_of(record.table)},
                {"unreadable", true},
                {"key_bytes", record.key.size()},
                {"value_bytes", record.value.size()}};
  }
  return out;
}

Json describe(const storage::Snapshot& snapshot) {
  struct Sum {
    std::size_t records{};
    std::size_t bytes{};
  };
  std::map<Table, Sum> sums;
  Json entries = Json::array();
  std::size_t bytes = 0;
  for (const SnapshotRecord& record : snapshot.records) {
    const std::size_t size = record.key.size() + record.value.size();
    bytes += size;
    ++sums[record.table].records;
    sums[record.table].bytes += size;
    if (auto entry = entry_of(record)) entries.push_back(std::move(*entry));
  }
  Json tables = Json::array();
  for (const auto& [table, sum] : sums) {
    tables.push_back(
        {{"table", storage::name_of(table)}, {"records", sum.records}, {"bytes", sum.bytes}});
  }
  return {{"node", snapshot.node},
          {"schema", storage::snapshot_schema},
          {"records", snapshot.records.size()},
          {"bytes", bytes},
          {"tables", std::move(tables)},
          {"entries", std::move(entries)}};
}

/// Control characters stay escaped: the file may be anybody's.
std::string text_of(const Json& value) {
  const std::string dumped = value.dump();
  return value.is_string() ? dumped.substr(1, dumped.size() - 2) : dumped;
}

}  // namespace

std::string store_as_json(const storage::Snapshot& snapshot) {
  // The node's name is whatever bytes the file has.
  return describe(snapshot).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string store_as_text(const storage::Snapshot& snapshot) {
  const Json all = Json::parse(store_as_json(snapshot));
  std::string out = fmt::format("Store of {}: {} records, {} bytes\n\n  {:<12}{:>9}{:>12}\n",
                                text_of(all["node"]), text_of(all["records"]),
                                text_of(all["bytes"]), "table", "records", "bytes");
  for (const Json& row : all["tables"]) {
    out += fmt::format("  {:<12}{:>9}{:>12}\n", text_of(row["table"]), text_of(row["records"]),
                       text_of(row["bytes"]));
  }
  std::string table;
  for (const Json& entry : all["entries"]) {
    if (table != text_of(entry["table"])) out += "\n" + (table = text_of(entry["table"])) + "\n";
    std::string line;
    for (const auto& [name, value] : entry.items()) {
      if (name == "table") continue;
      if (!value.is_array()) {
        line += fmt::format("{}{} {}", line.empty() ? "  " : ", ", name, text_of(value));
        continue;
      }
      for (const Json& one : value) line += fmt::format("\n    {}: {}", name, text_of(one));
    }
    out += line + "\n";
  }
  return out;
}

}  // namespace quorate::runtime
