#include "runtime/bench/threshold_world.hpp"

#include <thread>

#include <fmt/format.h>

#include "base/parallel.hpp"

namespace quorate::bench {

using namespace crypto;

std::string GroupSize::to_text() const {
  return fmt::format("{}/{}, {} parties", slots, threshold, parties);
}

SecretKey host_of(std::uint16_t party) {
  return SecretKey::derive("quorate/bench-host", randomness("host", party).view());
}

Hash256 randomness(std::string_view use, std::uint32_t number) {
  Bytes data = to_bytes(as_bytes(use));
  Writer{data}.put(number);
  return tagged_sha256("quorate/bench", data);
}

Result<KeygenConfig> config_of(const GroupSize& size) {
  if (size.parties == 0) return Error{Errc::bad_keygen_config, "no party"};
  KeygenSpec spec;
  spec.threshold = size.threshold;
  std::uint32_t next = 0;
  for (std::uint16_t p = 0; p < size.parties; ++p) {
    KeygenParty party{host_of(p).public_key(), {}};
    const std::uint32_t extra = p < size.slots % size.parties ? 1 : 0;
    for (std::uint32_t i = 0; i < size.slots / size.parties + extra; ++i) {
      party.ids.push_back(SlotIndex{next++});
    }
    spec.parties.push_back(std::move(party));
  }
  return KeygenConfig::make(std::move(spec));
}

DealtGroup DealtGroup::deal(KeygenConfig config, const Progress& progress) {
  DealtGroup out{std::move(config)};
  out.own_.resize(out.config_.party_count());
  progress(fmt::format("{} members deal", out.own_.size()));
  parallel_for(out.own_.size(), std::thread::hardware_concurrency(), [&out](std::size_t p) {
    const auto party = static_cast<std::uint16_t>(p);
    out.own_[p] =
        crypto::deal(out.config_, MemberIndex{party}, host_of(party), randomness("deal", party))
            .value();
  });
  return out;
}

std::uint64_t DealtGroup::total_bytes() const {
  std::uint64_t sum = 0;
  for (const OwnDealing& own : own_) sum += own.bytes.size();
  return sum;
}

std::vector<DealingRef> DealtGroup::parsed() const {
  std::vector<DealingRef> out;
  for (const OwnDealing& own : own_) out.push_back(parse_dealing(config_, own.bytes).value());
  return out;
}

SigningGroup SigningGroup::finish(const DealtGroup& dealt, const Progress& progress) {
  const KeygenConfig& config = dealt.config();
  progress(fmt::format("{} members take their shares", config.party_count()));
  const std::vector<DealingRef> dealings = dealt.parsed();
  const OutcomeRef outcome = combine_dealings(config, dealings).value();
  SigningGroup out{outcome->group, {}, {}};
  for (std::uint16_t p = 0; p < config.party_count(); ++p) {
    const MemberIndex party{p};
    const Examination seen = examine_dealings(config, party, host_of(p), dealings, &dealt.own(p),
                                              randomness("examine", p))
                                 .value();
    ASSERT(seen.complaints.empty());
    PartyKey key = finish_shares(config, *outcome, party, seen.shares).value();
    out.batches.emplace_back(*out.group, key, randomness("nonces", p));
    out.signers.emplace_back(out.group, std::move(key), host_of(p));
  }
  return out;
}

SigningRequest SigningGroup::request(std::uint16_t parties, std::uint32_t nonce) const {
  SigningRequest out;
  out.keygen = group->config().id();
  out.view = view_bytes(1, nonce);
  out.subject.kind = SigningSubject::Kind::block;
  out.subject.hash = randomness("block", nonce);
  for (std::uint16_t p = 0; p < parties; ++p) {
    const NonceCommitments& list = batches[p].commitments();
    out.entries.push_back({MemberIndex{p}, list.batch, list.base + nonce, list.nonces[nonce]});
  }
  return out;
}

}  // namespace quorate::bench
