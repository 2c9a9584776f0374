#include "runtime/simulation/byzantine.hpp"

#include "actors/chunk_desk.hpp"

namespace quorate::simulation {

namespace {

using actors::MemberEffect;
using actors::MemberEffects;
using actors::WriteChunk;

/// Lets an honest machine work and adds a lie to what it writes in its bad term.
class Equivocator final : public actors::MemberMachine {
 public:
  Equivocator(const consensus::Params& params, std::unique_ptr<actors::MemberMachine> honest,
              crypto::SecretKey key, TermNumber term)
      : params_(params),
        key_(std::move(key)),
        term_(term),
        honest_(std::move(honest)),
        contract_(consensus::boot_contract_name(params_.network_id, GroupKind::producers)) {}

  MemberEffects step(Instant now, const actors::MemberInput& input) override {
    MemberEffects out;
    for (MemberEffect& effect : honest_->step(now, as_honest(input))) {
      auto* write = std::get_if<WriteChunk>(&effect);
      if (write == nullptr || !is_bad_range(write->chunk.db, write->chunk.slot)) {
        out.push_back(std::move(effect));
        continue;
      }
      // Version v becomes two: 2v for the lie, 2v + 1 for what the honest machine said.
      const consensus::Chunk& chunk = write->chunk;
      written_.insert(chunk.slot);
      if (auto lie = lie_about(chunk)) {
        out.push_back(WriteChunk{signed_again(chunk, 2 * chunk.version.value, std::move(*lie))});
      }
      out.push_back(WriteChunk{
          signed_again(chunk, 2 * chunk.version.value + 1, chunk.content.bytes.get())});
    }
    return out;
  }

 private:
  /// Signing and candidate slots of the bad term.
  [[nodiscard]] bool is_bad_range(const consensus::DbAddress& db, consensus::ChunkSlot slot) const {
    return db.contract == contract_ && db.generation == term_.value &&
           slot.value >= params_.signer_slots;
  }

  /// The input with the versions that the honest machine knows.
  [[nodiscard]] actors::MemberInput as_honest(const actors::MemberInput& input) const {
    const auto is_own = [&](const consensus::DbAddress& db, consensus::ChunkSlot slot) {
      return is_bad_range(db, slot) && written_.contains(slot);
    };
    actors::MemberInput out = input;
    if (auto* seen = std::get_if<actors::ChunkSeen>(&out)) {
      if (is_own(seen->chunk.db, seen->chunk.slot)) {
        seen->chunk.version = ChunkVersion{seen->chunk.version.value / 2};
      }
    } else if (auto* refused = std::get_if<actors::ChunkRefused>(&out)) {
      if (is_own(refused->db, refused->slot)) {
        refused->version = ChunkVersion{refused->version.value / 2};
        refused->standing = ChunkVersion{refused->standing.value / 2};
      }
    }
    return out;
  }

  /// Another content for the chunk, if it is one worth lying about.
  [[nodiscard]] std::optional<Bytes> lie_about(const consensus::Chunk& chunk) {
    const ByteView content = chunk.content.bytes.view();
    if (const auto candidate = decode<messages::CandidateBlock>(content); candidate.ok()) {
      return another_candidate(*candidate);
    }
    if (const auto state = decode<messages::MemberState>(content); state.ok()) {
      return another_prepare(chunk, *state);
    }
    return std::nullopt;
  }

  [[nodiscard]] static std::optional<Bytes> another_candidate(messages::CandidateBlock candidate) {
    if (candidate.seal) return std::nullopt;
    ++candidate.block.header.timestamp_ms;
    return encode(candidate);
  }

  [[nodiscard]] std::optional<Bytes> another_prepare(const consensus::Chunk& chunk,
                                                     messages::MemberState state) const {
    for (auto& agreement : state.agreements) {
      if (agreement.instance.purpose != consensus::Purpose::block || !agreement.prepare) continue;
      consensus::Vote& vote = *agreement.prepare;
      vote.value.id.bytes[0] ^= 0xff;
      vote.signature = crypto::sign_schnorr(
          key_,
          consensus::vote_digest(params_.network_id, chunk.db.set, consensus::Phase::prepare,
                                 agreement.instance, vote.view, vote.value),
          Hash256{});
      agreement.answered.reset();  // No leader's word stands behind the lie.
      return encode(state);
    }
    return std::nullopt;
  }

  [[nodiscard]] consensus::Chunk signed_again(const consensus::Chunk& chunk, std::uint64_t version,
                                              Bytes content) const {
    return consensus::sign_chunk(params_.network_id, chunk.db, chunk.slot, ChunkVersion{version},
                                 SharedBytes{std::move(content)}, key_);
  }

  consensus::Params params_;
  crypto::SecretKey key_;
  TermNumber term_;
  std::unique_ptr<actors::MemberMachine> honest_;
  Text<171> contract_;
  std::set<consensus::ChunkSlot> written_;
};

/// Lets an honest machine deal and damages what leaves. The machine is not shown the damage.
class BadDealer final : public actors::MemberMachine {
 public:
  BadDealer(const consensus::Params& params, BadDealing how,
            std::unique_ptr<actors::MemberMachine> honest, crypto::SecretKey key)
      : params_(params), how_(how), honest_(std::move(honest)), key_(std::move(key)) {}

  MemberEffects step(Instant now, const actors::MemberInput& input) override {
    const auto* seen = std::get_if<actors::ChunkSeen>(&input);
    if (seen != nullptr && damaged_.contains({seen->chunk.db, seen->chunk.slot})) return {};
    MemberEffects out = honest_->step(now, input);
    for (MemberEffect& effect : out) {
      if (auto* write = std::get_if<WriteChunk>(&effect)) damage(write->chunk);
    }
    return out;
  }

 private:
  void damage(consensus::Chunk& chunk) {
    const ByteView content = chunk.content.bytes.view();
    const bool is_dealing = content.size() > magic.size() &&
                            std::equal(magic.begin(), magic.end(), content.begin());
    if (!is_dealing) return;
    damaged_.insert({chunk.db, chunk.slot});
    Bytes bad = to_bytes(content);
    // Places of the layout in crypto/frost_dealing.hpp.
    switch (how_) {
      case BadDealing::box: bad.back() ^= 1; break;  // The last recipient's authentication tag.
      case BadDealing::point: bad[145] = 0x07; break;
      case BadDealing::possession: bad[80] ^= 1; break;
      case BadDealing::length: bad.pop_back(); break;
    }
    chunk = consensus::sign_chunk(params_.network_id, chunk.db, chunk.slot, chunk.version,
                                  SharedBytes{std::move(bad)}, key_);
  }

  static constexpr std::string_view magic = "QDL";
  consensus::Params params_;
  BadDealing how_;
  std::unique_ptr<actors::MemberMachine> honest_;
  crypto::SecretKey key_;
  std::set<std::pair<consensus::DbAddress, consensus::ChunkSlot>> damaged_;
};

}  // namespace

runtime::MemberSwap equivocating_producer(const consensus::Params& params, TermNumber term) {
  return [params, term](std::unique_ptr<actors::MemberMachine> honest, crypto::SecretKey key) {
    return std::make_unique<Equivocator>(params, std::move(honest), std::move(key), term);
  };
}

std::optional<BadDealing> bad_dealing(std::string_view how) {
  constexpr std::array<std::string_view, 4> words{"box", "point", "possession", "length"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == how) return static_cast<BadDealing>(i);
  }
  return std::nullopt;
}

runtime::MemberSwap bad_dealer(const consensus::Params& params, BadDealing how) {
  return [params, how](std::unique_ptr<actors::MemberMachine> honest, crypto::SecretKey key) {
    return std::make_unique<BadDealer>(params, how, std::move(honest), std::move(key));
  };
}

}  // namespace quorate::simulation
