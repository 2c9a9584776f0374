// What faulty members write: an honest machine decides, and what leaves is changed and signed again
// with the member's own key. The machine is not shown the change.
#include "tests/simulation/keygen/keygen_network.hpp"

namespace quorate::test {

using consensus::Chunk;

namespace {

/// Where the box for `recipient` ends, counted from the end of the dealing (frost_dealing.hpp).
std::size_t bytes_after_box(const consensus::SignerSet& set, std::size_t dealer,
                            std::size_t recipient) {
  std::size_t after = 0;
  for (std::size_t q = set.members.size(); q-- > recipient + 1;) {
    if (q != dealer) after += 32 * set.members[q].slots.size() + 16;
  }
  return after;
}

constexpr std::size_t commitments_at = 145;
constexpr std::size_t possession_at = 73;

}  // namespace

Chunk KeygenNetwork::sign_again(std::size_t p, const Chunk& chunk, Bytes content) const {
  return consensus::sign_chunk(params_.network_id, chunk.db, chunk.slot, chunk.version,
                               SharedBytes{std::move(content)}, keys_[p]);
}

void KeygenNetwork::write_dealing(std::size_t p, const std::vector<Chunk>& chunks) {
  const DealingLie lie = scenario_.members[p].dealing;
  if (is_honest(p) || lie == DealingLie::none || lie == DealingLie::silent_after) {
    for (const Chunk& chunk : chunks) write(p, chunk);
    if (is_honest(p) || lie == DealingLie::none) return;
    members_[p].is_up = false;
    members_[p].is_gone = true;
    return;
  }
  std::vector<SharedBytes> pieces;
  for (const Chunk& chunk : chunks) pieces.push_back(chunk.content.bytes);
  const auto joined = messages::join_dealing(pieces);
  ASSERT(joined.ok());
  ASSERT(joined->has_value());
  const auto attempt = static_cast<std::uint32_t>(chunks.front().version.value - 1);
  const std::size_t limit = scenario_.kind == GroupKind::producers
                                ? params_.producer_precompute_chunk
                                : params_.stacker_chunk;
  std::vector<std::vector<Chunk>> versions;
  for (Bytes& bad : lie_about(p, attempt, (*joined)->get())) {
    const auto cut = messages::split_dealing(SharedBytes{std::move(bad)}, limit,
                                             set_.members[p].slots.size());
    if (!cut.ok()) continue;
    versions.emplace_back();
    for (std::size_t i = 0; i < cut->size(); ++i) {
      Chunk chunk = chunks.front();
      chunk.slot = consensus::ChunkSlot{set_.members[p].slots[i].value};
      versions.back().push_back(sign_again(p, chunk, (*cut)[i].get()));
    }
  }
  // The first goes to one half, the last to the other; what is one goes to all.
  for (std::size_t q = 0; q < members_.size() && !versions.empty(); ++q) {
    const auto& shown = (q + rng_.draw(8) / 7) % 2 == 0 ? versions.front() : versions.back();
    for (const Chunk& chunk : shown) {
      if (q == p) {
        members_[p].replica.insert_or_assign(chunk.slot, chunk);
      } else {
        after(delay(), [this, q, chunk] { arrive(q, chunk); });
      }
    }
  }
}

std::vector<Bytes> KeygenNetwork::lie_about(std::size_t p, std::uint32_t attempt,
                                            const Bytes& dealing) {
  Bytes bad = dealing;
  const std::uint32_t threshold = crypto::threshold_of(set_.total_slots);
  switch (scenario_.members[p].dealing) {
    case DealingLie::bad_point: bad[commitments_at + 33 * rng_.draw(threshold)] = 0x07; break;
    case DealingLie::bad_possession: bad[possession_at + rng_.draw(64)] ^= 1; break;
    case DealingLie::too_short: bad.resize(bad.size() - 1 - rng_.draw(40)); break;
    case DealingLie::too_long: bad.resize(bad.size() + 1 + rng_.draw(40)); break;
    case DealingLie::wrong_dealer: bad[37] ^= 1; break;
    case DealingLie::wrong_keygen: bad[4 + rng_.draw(32)] ^= 1; break;
    case DealingLie::bad_boxes:
      for (std::size_t q = 0; q < members_.size(); ++q) {
        // At least one of them, unless it is the dealer itself.
        if (q == p || (rng_.draw(3) > 0 && q + 1 < members_.size())) continue;
        bad[bad.size() - 1 - bytes_after_box(set_, p, q) - rng_.draw(16)] ^= 1;
      }
      break;
    case DealingLie::off_polynomial: {
      const auto g = crypto::Point::generator().serialize();
      std::copy(g.bytes.begin(), g.bytes.end(),
                bad.begin() + commitments_at + 33 * (threshold - 1));
      break;
    }
    case DealingLie::twice: {
      const auto config = messages::keygen_config(set_, attempt, params_.network_id).value();
      auto other = crypto::deal(config, MemberIndex{static_cast<std::uint16_t>(p)}, keys_[p],
                                crypto::sha256(dealing));
      return {dealing, other.value().bytes.get()};
    }
    default: break;
  }
  return {bad};
}

void KeygenNetwork::write_state(std::size_t p, const Chunk& chunk) {
  if (is_honest(p) || scenario_.members[p].state == StateLie::none) return write(p, chunk);
  auto state = decode<messages::MemberState>(chunk.content.bytes.view());
  if (!state.ok()) return write(p, chunk);
  lie_about(p, *state);
  write(p, sign_again(p, chunk, encode(*state)));
}

void KeygenNetwork::lie_about(std::size_t p, messages::MemberState& state) {
  const StateLie lie = scenario_.members[p].state;
  if (lie == StateLie::lying_table || lie == StateLie::lying_key) return lie_in_proposal(p, state);
  if (lie == StateLie::never_votes) {
    for (auto& agreed : state.agreements) {
      agreed.prepare.reset();
      agreed.answered.reset();
      agreed.commit.reset();
    }
    return;
  }
  if (!state.keygen) return;
  messages::KeygenState& keygen = *state.keygen;
  const bool speaks = keygen.has_confirmed();
  switch (lie) {
    case StateLie::false_complaint: complain_falsely(p, keygen); break;
    case StateLie::empty_complaint:
      keygen.complaints.push_back({MemberIndex{0}, crypto::sha256(Bytes{1}),
                                   keys_[p].public_key(), {}});
      break;
    case StateLie::wavers:
      if (members_[p].writes % 2 == 0) break;
      [[fallthrough]];
    case StateLie::confirms_nothing:
      if (speaks) keygen.confirmed = BitVector{static_cast<std::uint16_t>(members_.size())};
      keygen.dealing_hashes.clear();
      break;
    case StateLie::confirms_rubbish:
      for (Hash256& hash : keygen.dealing_hashes) hash.bytes[rng_.draw(32)] ^= 1;
      break;
    default: break;
  }
}

/// About the dealing of somebody honest that stands in its replica.
void KeygenNetwork::complain_falsely(std::size_t p, messages::KeygenState& state) {
  const auto config = messages::keygen_config(set_, state.attempt, params_.network_id).value();
  for (std::size_t q = 0; q < members_.size(); ++q) {
    if (!is_honest(q)) continue;
    const auto held = members_[p].replica.find(
        consensus::ChunkSlot{set_.members[q].slots.front().value});
    if (held == members_[p].replica.end()) continue;
    const auto dealing = crypto::parse_dealing(config, held->second.content.bytes);
    if (!dealing.ok()) continue;
    const auto lie = crypto::complain(config, **dealing, MemberIndex{static_cast<std::uint16_t>(p)},
                                      keys_[p], {});
    ASSERT(lie.ok());
    state.complaints.push_back({MemberIndex{static_cast<std::uint16_t>(q)}, (*dealing)->hash(),
                                lie->shared_point, lie->proof});
    return;
  }
}

/// As leader it puts a content forward that does not follow from the dealings.
void KeygenNetwork::lie_in_proposal(std::size_t p, messages::MemberState& state) const {
  if (!state.keygen) return;
  for (auto& agreed : state.agreements) {
    if (!agreed.proposal || agreed.proposal->word.value.kind != consensus::ValueKind::key) continue;
    for (auto& content : state.keygen->offered) {
      if (content.id() != agreed.proposal->word.value.id) continue;
      if (scenario_.members[p].state == StateLie::lying_table) {
        content.shares_root.bytes[0] ^= 1;
      } else {
        content.group_key = keys_[p].public_key();
      }
      consensus::Vote& word = agreed.proposal->word;
      word.value.id = content.id();
      word.signature = members_[p].notary->sign(
          messages::proposal_digest(params_.network_id, set_.hash(params_.network_id),
                                    agreed.instance, word.view, word.value));
    }
    agreed.prepare.reset();
    agreed.answered.reset();
    agreed.commit.reset();
  }
}

}  // namespace quorate::test
