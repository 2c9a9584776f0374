// The dealer's work: everything secret of one dealing.
#include <sodium.h>

#include "crypto/dealing_box.hpp"
#include "crypto/dealing_layout.hpp"
#include "crypto/frost_dealing.hpp"
#include "crypto/hash.hpp"

namespace quorate::crypto {
namespace {

/// Source of all secrets of one dealing, wiped when it goes.
class DealingSeed {
 public:
  DealingSeed(const SecretKey& host, const Hash256& rand32, const KeygenId& id) {
    Bytes data;
    data.reserve(96);
    append(data, host.reveal());
    append(data, rand32.view());
    append(data, id.view());
    seed_ = tagged_sha256("quorate/dkg-seed", data);
    sodium_memzero(data.data(), data.size());
  }
  ~DealingSeed() { sodium_memzero(seed_.bytes.data(), seed_.bytes.size()); }
  DealingSeed(const DealingSeed&) = delete;
  DealingSeed& operator=(const DealingSeed&) = delete;

  /// v_j, the polynomial's value at j.
  [[nodiscard]] SecretScalar value(std::uint32_t j) const {
    std::array<std::uint8_t, 36> data{};
    std::copy(seed_.bytes.begin(), seed_.bytes.end(), data.begin());
    put_be(data.data() + 32, j);
    Hash256 hash = tagged_sha256("quorate/dkg-value", data);
    Result<SecretScalar> v = SecretScalar::reduce(hash);
    sodium_memzero(data.data(), data.size());
    sodium_memzero(hash.bytes.data(), hash.bytes.size());
    ASSERT(v.ok());  // zero with probability 2^-256
    return std::move(v).value();
  }
  [[nodiscard]] SecretKey ephemeral() const {
    return SecretKey::derive("quorate/dkg-eph", seed_.view());
  }

 private:
  Hash256 seed_;
};

/// values[t−1−k] ← k-th backward difference at the last value, k = 0..t−1. Additions only.
Result<> to_backward_differences(std::vector<SecretScalar>& values) {
  const std::size_t t = values.size();
  for (std::size_t level = 1; level < t; ++level) {
    // Elements 0..t−1−level become differences of order `level`; the last of them stays for good.
    for (std::size_t j = 0; j + level < t; ++j) {
      values[j].negate();
      TRY(values[j].add(values[j + 1]));
    }
  }
  return done();
}

/// f(x) for x = T..N by D_j ← D_j + D_{j+1}, appended to `out`. `known` holds f(0..T−1).
Result<> extend(const std::vector<SecretScalar>& known, std::uint32_t last,
                std::vector<SecretScalar>& out) {
  std::vector<SecretScalar> d;
  d.reserve(known.size());
  for (const SecretScalar& v : known) d.push_back(v.clone());
  TRY(to_backward_differences(d));
  const std::size_t t = d.size();
  for (std::size_t x = t; x <= last; ++x) {
    for (std::size_t j = 1; j < t; ++j) TRY(d[j].add(d[j - 1]));
    out.push_back(d[t - 1].clone());
  }
  return done();
}

/// f at 0..N.
Result<std::vector<SecretScalar>> all_values(const DealingSeed& seed, const KeygenConfig& config) {
  std::vector<SecretScalar> values;
  values.reserve(config.slots() + std::size_t{1});
  for (std::uint32_t j = 0; j < config.threshold(); ++j) values.push_back(seed.value(j));
  std::vector<SecretScalar> rest;
  TRY(extend(values, config.slots(), rest));
  for (SecretScalar& v : rest) values.push_back(std::move(v));
  return values;
}

/// The share of key id i is f(i + 1).
const SecretScalar& share_of(const std::vector<SecretScalar>& values, SlotIndex id) {
  return values[id.value + std::size_t{1}];
}

Result<> put_box(Bytes& out, const BoxAddress& address, const SecretKey& ephemeral,
                 const std::vector<SecretScalar>& values) {
  const KeygenParty& recipient = address.config.party(address.recipient);
  TRY_ASSIGN(const SharedPoint z, ecdh(ephemeral, recipient.key));
  Bytes plain;
  plain.reserve(32 * recipient.ids.size());
  for (const SlotIndex id : recipient.ids) append(plain, share_of(values, id).reveal());
  append(out, seal_box(address, z.reveal(), plain));
  sodium_memzero(plain.data(), plain.size());
  return done();
}

Result<SchnorrSignature> prove_possession(const KeygenConfig& config, MemberIndex me,
                                          const PublicKey& ephemeral, const SecretScalar& v0) {
  TRY_ASSIGN(const SecretKey key, SecretKey::from(v0.reveal()));
  // Zero auxiliary randomness: the same seed must give the same bytes.
  return sign_schnorr(key, possession_digest(config, me, ephemeral), Hash256{});
}

}  // namespace

Result<OwnDealing> deal(const KeygenConfig& config, MemberIndex me, const SecretKey& host,
                        const Hash256& rand32) {
  if (me.value >= config.party_count()) return Errc::not_a_signer;
  if (host.public_key() != config.party(me).key) return Errc::not_a_signer;
  const DealingSeed seed{host, rand32, config.id()};
  const SecretKey ephemeral = seed.ephemeral();
  const PublicKey ephemeral_key = ephemeral.public_key();
  TRY_ASSIGN(const std::vector<SecretScalar> values, all_values(seed, config));
  TRY_ASSIGN(const SchnorrSignature possession,
             prove_possession(config, me, ephemeral_key, values[0]));

  Bytes bytes;
  bytes.reserve(dealing_size(config, me));
  Writer out{bytes};
  for (const std::uint8_t b : dealing_magic) out.put(b);
  out.put(config.id()).put(me).put(std::uint16_t{0}).put(ephemeral_key).put(possession);
  out.put(config.threshold()).put(config.party_count()).put(std::uint16_t{0});
  for (std::uint32_t j = 0; j < config.threshold(); ++j) out.put(values[j].public_key());
  for (std::uint16_t q = 0; q < config.party_count(); ++q) {
    if (q == me.value) continue;
    TRY(put_box(bytes, {config, ephemeral_key, me, MemberIndex{q}}, ephemeral, values));
  }
  ASSERT(bytes.size() == dealing_size(config, me));

  OwnDealing own;
  own.bytes = SharedBytes{std::move(bytes)};
  for (const SlotIndex id : config.party(me).ids) {
    own.own_shares.push_back(share_of(values, id).clone());
  }
  return own;
}

}  // namespace quorate::crypto
