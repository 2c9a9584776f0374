#include "bitcoin/script.hpp"

namespace quorate::bitcoin {
namespace {

enum Op : std::uint8_t {
  op_0 = 0x00,
  op_pushdata1 = 0x4c,
  op_1 = 0x51,
  op_return = 0x6a,
  op_dup = 0x76,
  op_equal = 0x87,
  op_equalverify = 0x88,
  op_hash160 = 0xa9,
  op_checksig = 0xac,
};

/// Largest push whose opcode is its length.
constexpr std::size_t max_direct_push = 75;

/// A standard script is fixed bytes, a hash, fixed bytes.
struct Pattern {
  OutputKind kind;
  std::size_t hash_size;
  Bytes before;
  Bytes after;
};

const std::vector<Pattern>& patterns() {
  static const std::vector<Pattern> all{
      {OutputKind::p2pkh, 20, {op_dup, op_hash160, 20}, {op_equalverify, op_checksig}},
      {OutputKind::p2sh, 20, {op_hash160, 20}, {op_equal}},
      {OutputKind::p2wpkh, 20, {op_0, 20}, {}},
      {OutputKind::p2wsh, 32, {op_0, 32}, {}},
      {OutputKind::p2tr, 32, {op_1, 32}, {}},
  };
  return all;
}

std::optional<Destination> match(const Pattern& pattern, const Bytes& script) {
  const std::size_t hash_begin = pattern.before.size();
  const std::size_t hash_end = hash_begin + pattern.hash_size;
  if (script.size() != hash_end + pattern.after.size()) return std::nullopt;
  const auto at = [&](std::size_t i) { return script.begin() + static_cast<std::ptrdiff_t>(i); };
  if (!std::equal(pattern.before.begin(), pattern.before.end(), script.begin()))
    return std::nullopt;
  if (!std::equal(pattern.after.begin(), pattern.after.end(), at(hash_end))) return std::nullopt;
  return Destination{pattern.kind, Bytes(at(hash_begin), at(hash_end))};
}

}  // namespace

std::optional<Destination> destination_of(const Script& script) {
  for (const Pattern& pattern : patterns()) {
    if (auto destination = match(pattern, script.bytes)) return destination;
  }
  return std::nullopt;
}

Script script_of(const Destination& destination) {
  const Pattern& pattern = patterns().at(static_cast<std::size_t>(destination.kind));
  ASSERT(pattern.kind == destination.kind);
  ASSERT(pattern.hash_size == destination.hash.size());
  Script script{pattern.before};
  append(script.bytes, destination.hash);
  append(script.bytes, pattern.after);
  return script;
}

Script p2pkh_script(const Hash160& key_hash) {
  return script_of({OutputKind::p2pkh, to_bytes(key_hash.view())});
}

Script p2wpkh_script(const crypto::PublicKey& key) {
  return script_of({OutputKind::p2wpkh, to_bytes(crypto::hash160(key.view()).view())});
}

Script p2tr_script(const crypto::XOnlyKey& output_key) {
  return script_of({OutputKind::p2tr, to_bytes(output_key.view())});
}

const Script& burn_script() {
  static const Script script = p2pkh_script(Hash160{});
  return script;
}

bool is_burn(const Script& script) {
  const std::optional<Destination> destination = destination_of(script);
  return destination && destination->hash == Bytes(20, 0);
}

Script op_return_script(ByteView payload) {
  ASSERT(!payload.empty());
  ASSERT(payload.size() <= max_payload);
  Script script{{op_return}};
  if (payload.size() > max_direct_push) script.bytes.push_back(op_pushdata1);
  script.bytes.push_back(static_cast<std::uint8_t>(payload.size()));
  append(script.bytes, payload);
  return script;
}

std::optional<ByteView> op_return_payload(const Script& script) {
  ByteView rest = script.bytes;
  if (rest.size() < 2 || rest[0] != op_return) return std::nullopt;
  const bool long_form = rest[1] == op_pushdata1;
  if (long_form && rest.size() < 3) return std::nullopt;
  const std::size_t size = long_form ? rest[2] : rest[1];
  rest = rest.subspan(long_form ? 3 : 2);
  if (size == 0 || size > max_payload) return std::nullopt;
  if (long_form != (size > max_direct_push)) return std::nullopt;
  if (rest.size() != size) return std::nullopt;
  return rest;
}

}  // namespace quorate::bitcoin
