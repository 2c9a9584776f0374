#include "crypto/frost_keygen.hpp"

#include "crypto/hash.hpp"

namespace quorate::crypto {
namespace {

Error refuse(const char* rule) { return {Errc::bad_keygen_config, rule}; }

/// Marks the ids of one party; they must ascend and be new.
Result<> claim_ids(const KeygenParty& party, std::vector<bool>& taken) {
  if (party.ids.empty()) return refuse("a party without key id");
  for (std::size_t i = 0; i < party.ids.size(); ++i) {
    if (i > 0 && party.ids[i] <= party.ids[i - 1]) return refuse("key ids do not ascend");
    const std::uint32_t id = party.ids[i].value;
    if (id >= taken.size()) return refuse("a key id beyond the number of keys");
    if (taken[id]) return refuse("a key id of two parties");
    taken[id] = true;
  }
  return done();
}

Result<std::uint32_t> count_slots(const KeygenSpec& spec) {
  if (spec.parties.empty()) return refuse("no party");
  if (spec.parties.size() > max_keygen_parties) return refuse("too many parties");
  std::size_t slots = 0;
  for (const KeygenParty& party : spec.parties) slots += party.ids.size();
  if (slots > max_key_ids) return refuse("too many key ids");
  return static_cast<std::uint32_t>(slots);
}

KeygenId id_of(const KeygenSpec& spec, std::uint32_t slots) {
  Bytes data;
  Writer out{data};
  out.put(spec.network).put(spec.kind).put(spec.generation).put(spec.attempt);
  out.put(slots).put(spec.threshold).put(static_cast<std::uint16_t>(spec.parties.size()));
  for (const KeygenParty& party : spec.parties) {
    out.put(party.key).put(static_cast<std::uint32_t>(party.ids.size()));
    for (const SlotIndex id : party.ids) out.put(id);
  }
  return KeygenId::from(tagged_sha256("quorate/dkg-cfg", data).view());
}

}  // namespace

Result<KeygenConfig> KeygenConfig::make(KeygenSpec spec) {
  TRY_ASSIGN(const std::uint32_t slots, count_slots(spec));
  if (spec.threshold < 1 || spec.threshold > slots) return refuse("threshold not in 1..N");
  std::vector<bool> taken(slots);
  for (const KeygenParty& party : spec.parties) {
    if (!is_valid(party.key)) return refuse("a party's key is no point");
    // N ids, all below N and all different, are a partition.
    TRY(claim_ids(party, taken));
  }
  KeygenConfig config;
  config.id_ = id_of(spec, slots);
  config.slots_ = slots;
  config.spec_ = std::move(spec);
  return config;
}

Weight KeygenConfig::weight_of(const BitVector& parties) const {
  ASSERT(parties.size() == party_count());
  Weight sum;
  for (std::uint16_t p = 0; p < party_count(); ++p) {
    if (parties.test(p)) sum += weight(MemberIndex{p});
  }
  return sum;
}

std::optional<MemberIndex> KeygenConfig::find(const PublicKey& key) const {
  for (std::uint16_t p = 0; p < party_count(); ++p) {
    if (spec_.parties[p].key == key) return MemberIndex{p};
  }
  return std::nullopt;
}

}  // namespace quorate::crypto
