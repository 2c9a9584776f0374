#include "runtime/http/response.hpp"

#include <nlohmann/json.hpp>

namespace quorate::http {

namespace {

using Json = nlohmann::ordered_json;
using consensus::ChunkMeta;
using consensus::ChunkSlot;

/// Differing slots listed per peer; the counts say how many there are.
constexpr std::size_t max_differences = 1'000;

Json place_json(const consensus::DbAddress& db) {
  return {{"contract", db.contract.text}, {"generation", db.generation}, {"set", to_hex(db.set)}};
}

std::string_view digest_name(consensus::ChunkDigest digest) {
  return digest == consensus::ChunkDigest::legacy ? "stacks" : "bound";
}

Json array_json(const messages::ArrayLine& line) {
  Json out = place_json(line.db);
  out["current"] = line.is_current;
  out["digest"] = digest_name(line.digest);
  out["network_id"] = line.network_id;
  out["slots"] = line.slots;
  out["written"] = line.written;
  out["bytes"] = line.bytes;
  return out;
}

/// As the specification's relatives write a slot.
Json legacy_metadata(ChunkSlot slot, const ChunkMeta& meta) {
  return {{"slot_id", slot.value},
          {"slot_version", meta.version.value},
          {"data_hash", to_hex(meta.content_hash)},
          {"signature", to_hex(meta.signature)}};
}

Json own_metadata(ChunkSlot slot, const ChunkMeta& meta) {
  return {{"slot", slot.value},
          {"version", meta.version.value},
          {"zero_bits", consensus::clock_of(meta).zeros.value},
          {"hash", to_hex(meta.content_hash)},
          {"signature", to_hex(meta.signature)}};
}

std::string hex_or_empty(const crypto::PublicKey& key) {
  return key.is_zero() ? std::string{} : to_hex(key);
}

Response json(const Json& body, unsigned status = 200) {
  Response out;
  out.status = status;
  out.body = body.dump() + "\n";
  return out;
}

Response raw(const messages::SlotShown& shown) {
  Response out;
  out.type = "application/octet-stream";
  out.content = shown.chunk.content.bytes;
  return out;
}

Response show(const ReadSlot& call, const messages::SlotShown& shown) {
  if (call.version && *call.version != shown.chunk.version) return refusal(Errc::no_such_version);
  if (call.style == Style::legacy) return raw(shown);
  return json({{"chunk", to_hex(shown.chunk.content.bytes.view())},
               {"version", version_text(shown.chunk.version)},
               {"public_key", to_hex(shown.owner)}});
}

Response show(const ListSlots& call, const messages::SlotsShown& shown) {
  Json slots = Json::array();
  for (std::uint32_t i = 0; i < shown.slots.size(); ++i) {
    const messages::SlotLine& line = shown.slots[i];
    if (call.style == Style::legacy) {
      slots.push_back(legacy_metadata(ChunkSlot{i}, line.meta));
      continue;
    }
    Json slot = own_metadata(ChunkSlot{i}, line.meta);
    slot["bytes"] = line.bytes;
    slot["owner"] = hex_or_empty(line.owner);
    slot["chunk_bytes"] = line.chunk_bytes;
    slot["writes_per_second"] = line.writes_per_second;
    slots.push_back(std::move(slot));
  }
  if (call.style == Style::legacy) return json(slots);
  Json out = array_json(shown.array);
  out["slot"] = std::move(slots);
  return json(out);
}

Json entry_json(ChunkSlot slot, const consensus::SlotEntry& entry) {
  return {{"slot", slot.value},
          {"version", entry.version.value},
          {"zero_bits", entry.zeros.value},
          {"mark", to_hex(entry.mark)},
          {"bytes", entry.bytes}};
}

Json holding_json(const messages::HoldingsShown& shown, const messages::Holding& holding,
                  const std::optional<ChunkSlot>& only) {
  Json slots = Json::array();
  std::uint64_t lacks = 0;
  std::uint64_t has_more = 0;
  for (std::uint32_t i = 0; i < holding.entries.size(); ++i) {
    const auto standing = consensus::standing(shown.own[i], holding.entries[i]);
    lacks += standing == consensus::Standing::behind ? 1 : 0;
    const bool differs = standing != consensus::Standing::same;
    has_more += differs && standing != consensus::Standing::behind ? 1 : 0;
    const bool is_listed = only ? only->value == i : differs && slots.size() < max_differences;
    if (is_listed) slots.push_back(entry_json(ChunkSlot{i}, holding.entries[i]));
  }
  return {{"peer", holding.peer.value},
          {"lacks", lacks},
          {"has_newer", has_more},
          {"slots", std::move(slots)}};
}

Response show(const ListHoldings& call, const messages::HoldingsShown& shown) {
  if (call.slot && call.slot->value >= shown.own.size()) return refusal(Errc::no_such_slot);
  Json out = place_json(shown.db);
  if (call.slot) out["own"] = entry_json(*call.slot, shown.own[call.slot->value]);
  out["peers"] = Json::array();
  for (const messages::Holding& holding : shown.peers) {
    out["peers"].push_back(holding_json(shown, holding, call.slot));
  }
  return json(out);
}

Json chunk_json(const consensus::Chunk& chunk) {
  return {{"chunk", to_hex(chunk.content.bytes.view())}, {"signature", to_hex(chunk.signature)}};
}

Response show(const messages::EvidenceShown& shown) {
  Json out = place_json(shown.db);
  out["evidence"] = Json::array();
  for (const messages::ChunkPair& pair : shown.pairs) {
    out["evidence"].push_back({{"slot", pair.first.slot.value},
                               {"version", pair.first.version.value},
                               {"owner", hex_or_empty(pair.owner)},
                               {"first", chunk_json(pair.first)},
                               {"second", chunk_json(pair.second)}});
  }
  return json(out);
}

/// The number that a refusal of a write has on both routes. 0 to 4 are those of deployed nodes.
unsigned write_code(Errc reason) {
  switch (reason) {
    case Errc::stale_version:
    case Errc::weak_hash:
      return 0;
    case Errc::no_such_slot:
      return 1;
    case Errc::bad_signer:
      return 2;
    case Errc::chunk_too_big:
      return 3;
    case Errc::write_too_fast:
      return 4;
    case Errc::version_zero:
      return 5;
    case Errc::chunk_is_garbage:
      return 6;
    case Errc::generation_closed:
      return 7;
    default:
      return 8;
  }
}

std::string_view legacy_name(unsigned code) {
  constexpr std::array<std::string_view, 5> names{"DataAlreadyExists", "NoSuchSlot", "BadSigner",
                                                  "ChunkTooBig", "TooManySlotWrites"};
  return code < names.size() ? names[code] : "Refused";
}

Response show_own_write(const WriteSlot& call, const messages::WriteJudged& judged) {
  Json out;
  out["accepted"] = !judged.refusal;
  out["metadata"] = own_metadata(call.slot, judged.standing);
  if (!judged.refusal) return json(out);
  const auto reason = static_cast<Errc>(*judged.refusal);
  out["code"] = write_code(reason);
  out["reason"] = name_of(reason);
  out["message"] = text_of(reason);
  // Source: SIP "Stacker DBs" (a write that fails is answered with 403).
  const unsigned status = status_of(reason);
  return json(out, status == 404 && reason != Errc::no_such_slot ? 404 : status == 503 ? 503 : 403);
}

Response show_legacy_write(const WriteSlot& call, const messages::WriteJudged& judged) {
  Json out;
  out["accepted"] = !judged.refusal;
  if (judged.refusal) {
    const auto reason = static_cast<Errc>(*judged.refusal);
    if (reason == Errc::no_such_db) return refusal(reason);
    const unsigned code = write_code(reason);
    const Json told{{"code", code}, {"message", text_of(reason)}, {"reason", legacy_name(code)}};
    out["reason"] = told.dump();
    out["metadata"] = legacy_metadata(call.slot, judged.standing);
    out["code"] = code;
    if (status_of(reason) == 503) return json(out, 503);
  } else {
    out["metadata"] = legacy_metadata(call.slot, judged.standing);
  }
  return json(out);
}

}  // namespace

unsigned status_of(Errc code) {
  switch (code) {
    case Errc::http_malformed:
    case Errc::http_bad_path:
    case Errc::http_bad_query:
    case Errc::http_body_malformed:
      return 400;
    case Errc::http_no_such_route:
    case Errc::no_such_db:
    case Errc::no_such_slot:
    case Errc::no_such_version:
    case Errc::generation_closed:
      return 404;
    case Errc::http_method_not_allowed:
      return 405;
    case Errc::http_too_slow:
      return 408;
    case Errc::http_body_too_big:
      return 413;
    case Errc::http_header_too_big:
      return 431;
    case Errc::http_too_many_connections:
    case Errc::http_too_many_watchers:
    case Errc::http_busy:
    case Errc::store_full:
    case Errc::store_read_only:
    case Errc::store_failed:
    case Errc::store_corrupt:
    case Errc::store_unavailable:
    case Errc::store_in_use:
      return 503;
    case Errc::http_role_silent:
      return 504;
    default:
      return 500;
  }
}

Response refusal(const Error& error) {
  Json body{{"error", name_of(error.code)}, {"message", text_of(error.code)}};
  if (!error.detail.empty()) body["detail"] = error.detail;
  Response out;
  out.status = status_of(error.code);
  // What a client wrote may stand in the detail: bytes that are no text are replaced.
  out.body = body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  if (error.code == Errc::http_method_not_allowed) out.headers.emplace_back("Allow", error.detail);
  if (out.status == 503) out.headers.emplace_back("Retry-After", "1");
  return out;
}

std::optional<messages::SlotRequest> question_of(const Call& call) {
  using messages::SlotRequest;
  if (const auto* read = std::get_if<ReadSlot>(&call)) {
    return SlotRequest{messages::SlotRead{read->place.generation, read->slot}};
  }
  if (const auto* list = std::get_if<ListSlots>(&call)) {
    return SlotRequest{messages::SlotsWanted{list->place.generation}};
  }
  if (const auto* write = std::get_if<WriteSlot>(&call)) {
    return SlotRequest{messages::SlotWrite{
        write->place.generation, write->slot, write->version, {write->content}, write->signature}};
  }
  if (const auto* held = std::get_if<ListHoldings>(&call)) {
    return SlotRequest{messages::HoldingsWanted{held->place.generation}};
  }
  if (const auto* found = std::get_if<ListEvidence>(&call)) {
    return SlotRequest{messages::EvidenceWanted{found->place.generation, found->slot}};
  }
  return std::nullopt;
}

const Place* place_of(const Call& call) {
  return std::visit(
      [](const auto& c) -> const Place* {
        if constexpr (requires { c.place; }) {
          return &c.place;
        } else {
          return nullptr;
        }
      },
      call);
}

Response render(const Call& call, const messages::SlotReply& reply) {
  if (const auto* refused = std::get_if<messages::SlotRefused>(&reply)) {
    return refusal(static_cast<Errc>(refused->reason));
  }
  if (const auto* shown = std::get_if<messages::SlotShown>(&reply)) {
    return show(std::get<ReadSlot>(call), *shown);
  }
  if (const auto* shown = std::get_if<messages::SlotsShown>(&reply)) {
    return show(std::get<ListSlots>(call), *shown);
  }
  if (const auto* shown = std::get_if<messages::HoldingsShown>(&reply)) {
    return show(std::get<ListHoldings>(call), *shown);
  }
  if (const auto* shown = std::get_if<messages::EvidenceShown>(&reply)) return show(*shown);
  const auto* judged = std::get_if<messages::WriteJudged>(&reply);
  ASSERT(judged != nullptr);  // A look is asked for by no call.
  const auto& write = std::get<WriteSlot>(call);
  return write.style == Style::own ? show_own_write(write, *judged)
                                   : show_legacy_write(write, *judged);
}

std::string event_text(std::uint64_t number, const consensus::Chunk& chunk) {
  Json data = place_json(chunk.db);
  const ChunkMeta meta{chunk.version, crypto::sha512_256(chunk.content.bytes.view()),
                       chunk.signature};
  data.update(own_metadata(chunk.slot, meta));
  data["bytes"] = chunk.content.bytes.size();
  return "id: " + std::to_string(number) + "\nevent: chunk\ndata: " + data.dump() + "\n\n";
}

std::string arrays_json(const std::vector<messages::ArrayLine>& arrays) {
  Json out = Json::array();
  for (const messages::ArrayLine& line : arrays) out.push_back(array_json(line));
  return Json{{"stackerdbs", std::move(out)}}.dump() + "\n";
}

std::string replicas_json(const std::vector<ReplicaHost>& hosts) {
  Json out = Json::array();
  for (const ReplicaHost& host : hosts) {
    out.push_back(
        {{"ip", host.ip}, {"port", host.port}, {"public_key_hash", to_hex(host.public_key_hash)}});
  }
  return out.dump() + "\n";
}

}  // namespace quorate::http
