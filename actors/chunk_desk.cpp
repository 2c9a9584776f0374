#include "actors/chunk_desk.hpp"

#include "base/weak_table.hpp"
#include "crypto/content_pool.hpp"

namespace quorate::actors {

using consensus::Chunk;
using consensus::ChunkSlot;

namespace {

/// A state with its bytes, so that these stay where they are while the state is found by them.
struct DecodedState {
  SharedBytes bytes;
  messages::MemberState state;
};

/// Decoded once while somebody keeps it: replicas of one process hold one copy of a content
/// (crypto/content_pool), and all members of a simulation read it.
Result<std::shared_ptr<const messages::MemberState>> decoded_state(const SharedBytes& bytes) {
  thread_local WeakTable<const Bytes*, const DecodedState> known;
  std::shared_ptr<const DecodedState> whole = known.find(&bytes.get());
  if (whole == nullptr) {
    TRY_ASSIGN(auto state, decode<messages::MemberState>(bytes.view()));
    whole = std::make_shared<const DecodedState>(DecodedState{bytes, std::move(state)});
    known.insert(&bytes.get(), whole);
  }
  return std::shared_ptr<const messages::MemberState>{whole, &whole->state};
}

}  // namespace

ChunkDesk::ChunkDesk(const consensus::Params& params, const consensus::SignerSet& set,
                     std::optional<MemberIndex> self, const crypto::SecretKey* key)
    : params_(params),
      set_(&set),
      address_(consensus::boot_db_address(params, set)),
      self_(self),
      key_(key) {
  for (std::uint16_t p = 0; p < set.members.size(); ++p) {
    const MemberIndex member{p};
    const auto slots = consensus::member_slots(params, set, member);
    for (std::size_t i = 0; i < slots.precompute.size(); ++i) {
      places_[slots.precompute[i]] = {Range::precompute, member, i, set.members[p].key};
    }
    for (std::size_t i = 0; i < slots.signing.size(); ++i) {
      places_[slots.signing[i]] = {Range::signing, member, i, set.members[p].key};
    }
    if (slots.candidate) {
      places_[*slots.candidate] = {Range::candidate, member, 0, set.members[p].key};
    }
    dealings_[member].slots.resize(slots.precompute.size());
    states_[member].slots.resize(slots.signing.size());
    if (self == member) own_ = slots;
  }
  if (set.kind != GroupKind::producers) return;
  for (std::size_t i = 0; i < set.zero_slot_keys.size(); ++i) {
    places_[consensus::candidate_slot_of_zero_slot_key(params, set, i)] = {
        Range::candidate, MemberIndex{}, 0, set.zero_slot_keys[i]};
    if (key != nullptr && set.zero_slot_keys[i] == key->public_key()) {
      own_.candidate = consensus::candidate_slot_of_zero_slot_key(params, set, i);
    }
  }
}

void ChunkDesk::restore(const VersionRecords& records) {
  for (const auto& [slot, place] : places_) {
    const auto at = records.find(record_key(slot));
    if (at == records.end()) continue;
    const auto version = decode<ChunkVersion>(at->second);
    if (version.ok()) versions_[slot] = std::max(versions_[slot], *version);
  }
}

Result<ChunkRead> ChunkDesk::read(const Chunk& chunk) {
  const auto at = places_.find(chunk.slot);
  if (at == places_.end() || chunk.db != address_) return Errc::member_chunk_malformed;
  const Place& place = at->second;
  if (place.range == Range::candidate) {
    TRY_ASSIGN(auto candidate, decode<messages::CandidateBlock>(chunk.content.bytes.view()));
    return ChunkRead{CandidateRead{place.owner, std::move(candidate)}};
  }
  auto& all = place.range == Range::precompute ? dealings_ : states_;
  Pieces& pieces = all[place.member];
  pieces.slots[place.index] = chunk.content.bytes;
  if (place.index == 0) {
    pieces.first = {chunk.version, {}, chunk.signature};
    if (place.range == Range::precompute) {
      pieces.first.content_hash =
          crypto::ContentPool::of_this_thread().hashed(chunk.content.bytes).hash;
    }
  }
  TRY_ASSIGN(const auto joined, messages::join_dealing(pieces.slots));
  if (!joined || joined->is_empty()) return ChunkRead{};
  const bool is_whole = !messages::is_manifest(pieces.slots[0].view());
  const SharedBytes manifest = is_whole ? SharedBytes{} : pieces.slots[0];
  if (place.range == Range::precompute) {
    return ChunkRead{DealingRead{place.member, pieces.first, *joined, manifest}};
  }
  TRY_ASSIGN(auto state, decoded_state(*joined));
  return ChunkRead{
      StateRead{place.member, std::move(state), {pieces.first, {*joined}, {manifest}}}};
}

Result<std::vector<Chunk>> ChunkDesk::write_dealing(std::uint32_t attempt,
                                                    const SharedBytes& dealing) const {
  ASSERT(self_ && key_ != nullptr);
  const std::size_t limit = set_->kind == GroupKind::producers ? params_.producer_precompute_chunk
                                                               : params_.stacker_chunk;
  TRY_ASSIGN(const auto pieces, messages::split_dealing(dealing, limit, own_.precompute.size()));
  std::vector<Chunk> out;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    out.push_back(sign(own_.precompute[i], ChunkVersion{attempt + std::uint64_t{1}}, pieces[i]));
  }
  return out;
}

Result<std::vector<Chunk>> ChunkDesk::write_state(const messages::MemberState& state,
                                                  std::vector<storage::RecordWrite>& records) {
  ASSERT(self_ && key_ != nullptr);
  const std::size_t limit = set_->kind == GroupKind::producers ? params_.producer_signing_chunk
                                                               : params_.stacker_chunk;
  const auto pieces =
      messages::split_dealing(SharedBytes{encode(state)}, limit, own_.signing.size());
  if (!pieces.ok()) return Errc::member_state_too_large;
  std::vector<Chunk> out;
  // The manifest stands in the first slot and goes last: readers then have its pieces already.
  for (std::size_t i = pieces->size(); i-- > 0;) {
    out.push_back(next(own_.signing[i], (*pieces)[i], records));
  }
  return out;
}

Chunk ChunkDesk::write_candidate(const messages::CandidateBlock& candidate,
                                 std::vector<storage::RecordWrite>& records) {
  ASSERT(key_ != nullptr && own_.candidate);
  return next(*own_.candidate, SharedBytes{encode(candidate)}, records);
}

void ChunkDesk::outrun(ChunkSlot slot, ChunkVersion standing) {
  versions_[slot] = std::max(versions_[slot], standing);
}

Chunk ChunkDesk::next(ChunkSlot slot, SharedBytes content,
                      std::vector<storage::RecordWrite>& records) {
  const ChunkVersion version = ++versions_[slot];
  records.push_back({storage::Table::versions, record_key(slot), encode(version)});
  return sign(slot, version, std::move(content));
}

Chunk ChunkDesk::sign(ChunkSlot slot, ChunkVersion version, SharedBytes content) const {
  return consensus::sign_chunk(params_.network_id, address_, slot, version, std::move(content),
                               *key_);
}

Bytes ChunkDesk::record_key(ChunkSlot slot) const {
  Bytes key;
  Writer{key}.put(address_).put(slot);
  return key;
}

}  // namespace quorate::actors
