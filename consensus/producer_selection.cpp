#include "consensus/producer_selection.hpp"

#include <map>

#include "consensus/slot_assignment.hpp"
#include "crypto/chacha_rng.hpp"

namespace quorate::consensus {

namespace {

/// One entry per VRF key, in the order of the keys; key conflicts are set aside.
std::vector<ProducerEntry> group(const std::vector<Enrollment>& enrollments,
                                 std::vector<Enrollment>& conflicts) {
  std::map<crypto::VrfKey, ProducerEntry> producers;
  std::map<crypto::PublicKey, crypto::VrfKey> key_owner;
  for (const Enrollment& e : enrollments) {
    if (key_owner.try_emplace(e.signing_key, e.vrf_key).first->second != e.vrf_key) {
      conflicts.push_back(e);
      continue;
    }
    ProducerEntry& entry = producers[e.vrf_key];
    entry.vrf_key = e.vrf_key;
    entry.signing_key = e.signing_key;
    entry.spend += e.spend;
    entry.enrollment = e.mined;
  }
  std::vector<ProducerEntry> out;
  for (auto& [key, entry] : producers) out.push_back(std::move(entry));
  return out;
}

/// Ascending by spend; see `select_producers` for ties.
void rank(std::vector<ProducerEntry>& entries, const Hash256& seed) {
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return std::tie(a.spend, a.enrollment.txid) < std::tie(b.spend, b.enrollment.txid);
  });
  crypto::ChaChaRng rng(seed, crypto::ChaChaRng::Rounds::twelve);
  for (std::size_t begin = 0; begin < entries.size();) {
    std::size_t end = begin + 1;
    while (end < entries.size() && entries[end].spend == entries[begin].spend) ++end;
    std::vector<ProducerEntry> tied(std::make_move_iterator(entries.begin() + begin),
                                    std::make_move_iterator(entries.begin() + end));
    rng.shuffle(tied);
    std::move(tied.begin(), tied.end(), entries.begin() + begin);
    begin = end;
  }
}

void share_out_slots(std::vector<ProducerEntry>& entries, std::uint32_t slots) {
  std::vector<Sats> spends;
  for (const ProducerEntry& e : entries) spends.push_back(e.spend);
  auto placed = place_slots(apportion(spends, slots));
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i].slots = std::move(placed[i]);
}

}  // namespace

Sats ProducerSet::total_spend() const {
  Sats sum{0};
  for (const ProducerEntry& e : entries) sum += e.spend;
  return sum;
}

std::size_t ProducerSet::zero_slots() const {
  std::size_t n = 0;
  while (n < entries.size() && entries[n].slots.empty()) ++n;
  return n;
}

std::optional<Sats> ProducerSet::least_spend_behind(Weight needed) const {
  std::vector<Sats> spends;
  std::vector<Weight> weights;
  for (const ProducerEntry& e : entries) {
    spends.push_back(e.spend);
    weights.emplace_back(static_cast<std::uint32_t>(e.slots.size()));
  }
  return consensus::least_spend_behind(spends, weights, needed);
}

std::optional<Selection> select_producers(const Params& params, stacks::Network network,
                                          TermNumber term,
                                          const std::vector<Enrollment>& enrollments,
                                          const Hash256& tie_seed) {
  if (enrollments.empty()) return std::nullopt;
  Selection out;
  std::vector<ProducerEntry> entries = group(enrollments, out.conflicts);
  rank(entries, tie_seed);
  if (entries.size() > params.max_producers) {
    const auto cut = entries.end() - params.max_producers;
    out.unselected.assign(entries.begin(), cut);
    entries.erase(entries.begin(), cut);
  }
  share_out_slots(entries, params.signer_slots);
  for (ProducerEntry& e : entries) {
    e.principal = stacks::single_key_address(crypto::hash160(e.signing_key.view()), network);
  }
  out.set = ProducerSet{term, SetOrigin::enrolled, std::move(entries)};
  return out;
}

Hash256 tie_seed(const bitcoin::SortitionHash& sortition_hash) {
  return crypto::sha256(sortition_hash.view());
}

ProducerSet continue_set(const ProducerSet& previous, TermNumber term) {
  ProducerSet out = previous;
  out.term = term;
  out.origin = SetOrigin::continued;
  return out;
}

SignerSet signer_set(const ProducerSet& set, std::uint32_t signer_slots) {
  SignerSet out;
  out.kind = GroupKind::producers;
  out.generation = set.term.value;
  out.total_slots = signer_slots;
  for (const ProducerEntry& e : set.entries) {
    if (e.slots.empty()) {
      out.zero_slot_keys.push_back(e.signing_key);
    } else {
      out.members.push_back({e.signing_key, e.slots});
    }
  }
  return out;
}

}  // namespace quorate::consensus
