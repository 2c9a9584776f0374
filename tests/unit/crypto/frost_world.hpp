// Weighted groups for tests: configurations, honest key generations, and dealers that cheat.
#pragma once

#include <functional>

#include "crypto/dealing_box.hpp"
#include "crypto/dealing_layout.hpp"
#include "crypto/frost_coordinator.hpp"
#include "curve_oracle.hpp"

namespace quorate::crypto::world {

inline SecretKey host_key(std::uint16_t p) {
  std::array<std::uint8_t, 2> seed{};
  put_be(seed.data(), p);
  return SecretKey::derive("quorate/test-host", seed);
}

/// Contiguous key ids by weight, threshold `t`.
inline KeygenSpec spec_of(const std::vector<std::uint32_t>& weights, std::uint32_t t) {
  KeygenSpec spec;
  spec.network = 0x51554f52;
  spec.kind = GroupKind::producers;
  spec.generation = 7;
  spec.threshold = t;
  std::uint32_t next = 0;
  for (std::size_t p = 0; p < weights.size(); ++p) {
    KeygenParty party;
    party.key = host_key(static_cast<std::uint16_t>(p)).public_key();
    for (std::uint32_t i = 0; i < weights[p]; ++i) party.ids.push_back(SlotIndex{next++});
    spec.parties.push_back(party);
  }
  return spec;
}

inline KeygenConfig config_of(const std::vector<std::uint32_t>& weights, std::uint32_t t) {
  return KeygenConfig::make(spec_of(weights, t)).value();
}

/// The same weights with ids dealt out in turn, as producers' slots are.
inline KeygenConfig scattered_config_of(const std::vector<std::uint32_t>& weights,
                                        std::uint32_t t) {
  KeygenSpec spec = spec_of(weights, t);
  for (KeygenParty& party : spec.parties) party.ids.clear();
  std::vector<std::uint32_t> left = weights;
  std::uint32_t next = 0;
  for (bool any = true; any;) {
    any = false;
    for (std::size_t p = 0; p < left.size(); ++p) {
      if (left[p] == 0) continue;
      --left[p];
      any = true;
      spec.parties[p].ids.push_back(SlotIndex{next++});
    }
  }
  return KeygenConfig::make(spec).value();
}

inline Hash256 random32(std::uint8_t use, std::uint16_t p) {
  Hash256 out;
  out.bytes[0] = use;
  put_be(out.bytes.data() + 1, p);
  return out;
}

/// A dealing made openly from chosen values: lets tests cheat in every place.
struct OpenDealer {
  std::vector<Scalar> values;  ///< f(0..T−1)
  SecretKey ephemeral;
  /// May change what a recipient is sent for one of its ids.
  std::function<Scalar(MemberIndex, SlotIndex, Scalar)> send =
      [](MemberIndex, SlotIndex, Scalar s) { return s; };

  OpenDealer(const KeygenConfig& config, std::uint64_t seed)
      : ephemeral(SecretKey::derive("quorate/test-eph", encode(seed))) {
    oracle::Random random{seed};
    for (std::uint32_t j = 0; j < config.threshold(); ++j) values.push_back(random.scalar());
  }

  [[nodiscard]] Scalar at(const KeygenConfig& config, std::uint32_t x) const {
    const WeightedPoint point{x, Scalar{1}};
    const auto weights = evaluation_weights(config.slots(), config.threshold(), {&point, 1});
    Scalar sum;
    for (std::size_t j = 0; j < values.size(); ++j) sum += weights[j] * values[j];
    return sum;
  }

  [[nodiscard]] Bytes deal(const KeygenConfig& config, MemberIndex me) const {
    const PublicKey e = ephemeral.public_key();
    Bytes bytes;
    Writer out{bytes};
    for (const std::uint8_t b : dealing_magic) out.put(b);
    const SecretKey v0 = SecretKey::from(values[0].to_bytes().view()).value();
    out.put(config.id()).put(me).put(std::uint16_t{0}).put(e);
    out.put(sign_schnorr(v0, possession_digest(config, me, e), Hash256{}));
    out.put(config.threshold()).put(config.party_count()).put(std::uint16_t{0});
    for (const Scalar& v : values) out.put(times_generator(v).serialize_ext());
    for (std::uint16_t q = 0; q < config.party_count(); ++q) {
      const MemberIndex recipient{q};
      if (recipient == me) continue;
      Bytes plain;
      for (const SlotIndex id : config.party(recipient).ids) {
        append(plain, send(recipient, id, at(config, id.value + 1)).to_bytes().view());
      }
      const SharedPoint z = ecdh(ephemeral, config.party(recipient).key).value();
      out.raw(seal_box({config, e, me, recipient}, z.reveal(), plain));
    }
    return bytes;
  }
};

/// One finished key generation with all private views.
struct Generation {
  KeygenConfig config;
  std::vector<OwnDealing> own;
  std::vector<DealingRef> dealings;
  std::vector<Examination> examined;
  OutcomeRef outcome;
  std::vector<PartyKey> keys;

  explicit Generation(KeygenConfig c) : config(std::move(c)) {
    for (std::uint16_t p = 0; p < config.party_count(); ++p) {
      own.push_back(deal(config, MemberIndex{p}, host_key(p), random32(1, p)).value());
      dealings.push_back(parse_dealing(config, own.back().bytes).value());
    }
    for (std::uint16_t p = 0; p < config.party_count(); ++p) {
      examined.push_back(examine_dealings(config, MemberIndex{p}, host_key(p), dealings, &own[p],
                                          random32(2, p)).value());
      REQUIRE(examined.back().complaints.empty());
    }
    outcome = combine_dealings(config, dealings).value();
    for (std::uint16_t p = 0; p < config.party_count(); ++p) {
      keys.push_back(finish_shares(config, *outcome, MemberIndex{p}, examined[p].shares).value());
    }
  }

  [[nodiscard]] const ThresholdGroup& group() const { return *outcome->group; }
  [[nodiscard]] PartyKey key(std::uint16_t p) const {
    PartyKey copy{MemberIndex{p}, {}};
    for (const SecretShare& s : keys[p].shares) copy.shares.push_back({s.id, s.value.clone()});
    return copy;
  }
};

/// Members that can sign.
struct Signers {
  const Generation& generation;
  std::vector<ShareSigner> signers;
  std::vector<NonceBatch> batches;

  explicit Signers(const Generation& g, std::uint8_t use = 3) : generation(g) {
    for (std::uint16_t p = 0; p < g.config.party_count(); ++p) {
      signers.emplace_back(g.outcome->group, g.key(p), host_key(p));
      batches.emplace_back(g.group(), g.keys[p], random32(use, p));
    }
  }
  Result<SignatureShare> answer(std::uint16_t p, const SigningRequest& request) {
    return signers[p].answer(batches[p], request, random32(4, p));
  }
  /// A request naming `parties` (ascending) with nonce number `nonce` of each one's batch.
  [[nodiscard]] SigningRequest request(const std::vector<std::uint16_t>& parties,
                                       const SigningSubject& subject,
                                       std::uint32_t nonce = 0) const {
    SigningRequest out;
    out.keygen = generation.config.id();
    out.view = view_bytes(1, 0);
    out.subject = subject;
    for (const std::uint16_t p : parties) {
      const NonceCommitments& list = batches[p].commitments();
      out.entries.push_back({MemberIndex{p}, list.batch, list.base + nonce, list.nonces[nonce]});
    }
    return out;
  }
};

inline SigningSubject block_subject(std::uint8_t n = 1) {
  SigningSubject subject;
  subject.kind = SigningSubject::Kind::block;
  subject.hash.bytes[0] = n;
  return subject;
}

inline SigningSubject sighash_subject(std::vector<Tweak> tweaks, std::uint8_t n = 1) {
  SigningSubject subject;
  subject.kind = SigningSubject::Kind::sighash;
  subject.hash.bytes[1] = n;
  subject.tweaks = std::move(tweaks);
  return subject;
}

}  // namespace quorate::crypto::world
