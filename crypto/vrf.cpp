#include "crypto/vrf.hpp"

#include <sodium.h>

namespace quorate::crypto {
namespace {

using EdPoint = std::array<std::uint8_t, 32>;
using EdScalar = std::array<std::uint8_t, 32>;
using Digest = std::array<std::uint8_t, 64>;

constexpr std::uint8_t suite = 3;
constexpr std::uint8_t hash_to_curve_tag = 1;
constexpr std::uint8_t challenge_tag = 2;

void ensure_sodium() {
  static const bool ready = sodium_init() >= 0;
  ASSERT(ready);
}

Digest sha512(const Bytes& data) {
  Digest out{};
  crypto_hash_sha512(out.data(), data.data(), data.size());
  return out;
}

/// Try-and-increment: the first counter whose hash is a curve point, times the cofactor 8.
/// Each try succeeds with probability about 1/2, so 256 failures do not happen.
std::optional<EdPoint> hash_to_curve(const VrfKey& key, ByteView alpha) {
  Bytes data{suite, hash_to_curve_tag};
  append(data, key.view());
  append(data, alpha);
  data.push_back(0);
  for (int counter = 0; counter < 256; ++counter) {
    data.back() = static_cast<std::uint8_t>(counter);
    const Digest digest = sha512(data);
    EdPoint sum{};
    std::copy(digest.begin(), digest.begin() + 32, sum.begin());
    bool is_point = true;
    for (int doubling = 0; doubling < 3 && is_point; ++doubling) {
      is_point = crypto_core_ed25519_add(sum.data(), sum.data(), sum.data()) == 0;
    }
    if (is_point && crypto_core_ed25519_is_valid_point(sum.data()) == 1) return sum;
  }
  return std::nullopt;
}

bool is_reduced(const EdScalar& scalar) {
  Digest wide{};
  std::copy(scalar.begin(), scalar.end(), wide.begin());
  EdScalar reduced{};
  crypto_core_ed25519_scalar_reduce(reduced.data(), wide.data());
  return reduced == scalar;
}

/// s·P − c·Q; nothing if a product is the identity (no honest proof has one).
std::optional<EdPoint> difference(const EdPoint& s_times_p, const EdScalar& c, const EdPoint& q) {
  EdPoint c_times_q{};
  if (crypto_scalarmult_ed25519_noclamp(c_times_q.data(), c.data(), q.data()) != 0) {
    return std::nullopt;
  }
  EdPoint out{};
  if (crypto_core_ed25519_sub(out.data(), s_times_p.data(), c_times_q.data()) != 0) {
    return std::nullopt;
  }
  return out;
}

EdScalar challenge(const EdPoint& h, const EdPoint& gamma, const EdPoint& u, const EdPoint& v) {
  Bytes data{suite, challenge_tag};
  for (const EdPoint* point : {&h, &gamma, &u, &v}) append(data, *point);
  const Digest digest = sha512(data);
  EdScalar c{};
  std::copy(digest.begin(), digest.begin() + 16, c.begin());
  return c;
}

}  // namespace

bool is_valid(const VrfKey& key) {
  ensure_sodium();
  return crypto_core_ed25519_is_valid_point(key.bytes.data()) == 1;
}

VrfKey vrf_key_of_seed(const Hash256& seed) {
  ensure_sodium();
  VrfKey key;
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret{};
  ASSERT(crypto_sign_seed_keypair(key.bytes.data(), secret.data(), seed.bytes.data()) == 0);
  sodium_memzero(secret.data(), secret.size());
  return key;
}

Result<> verify_vrf(const VrfKey& key, ByteView alpha, const VrfProof& proof) {
  if (!is_valid(key)) return Errc::bad_vrf_key;
  EdPoint gamma{};
  EdScalar c{};
  EdScalar s{};
  const auto* const begin = proof.bytes.begin();
  std::copy(begin, begin + 32, gamma.begin());
  std::copy(begin + 32, begin + 48, c.begin());
  std::copy(begin + 48, begin + 80, s.begin());
  if (!is_reduced(s)) return Errc::bad_vrf_proof;
  if (crypto_core_ed25519_is_valid_point(gamma.data()) != 1) return Errc::bad_vrf_proof;

  const std::optional<EdPoint> h = hash_to_curve(key, alpha);
  if (!h) return Errc::bad_vrf_proof;
  EdPoint s_times_base{};
  EdPoint s_times_h{};
  if (crypto_scalarmult_ed25519_base_noclamp(s_times_base.data(), s.data()) != 0 ||
      crypto_scalarmult_ed25519_noclamp(s_times_h.data(), s.data(), h->data()) != 0) {
    return Errc::bad_vrf_proof;
  }
  const std::optional<EdPoint> u = difference(s_times_base, c, key.bytes);
  const std::optional<EdPoint> v = difference(s_times_h, c, gamma);
  if (!u || !v) return Errc::bad_vrf_proof;
  if (challenge(*h, gamma, *u, *v) != c) return Errc::bad_vrf_proof;
  return done();
}

}  // namespace quorate::crypto
