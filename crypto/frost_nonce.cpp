#include "crypto/frost_nonce.hpp"

#include <sodium.h>

namespace quorate::crypto {
namespace {

void put_length(Bytes& out, std::uint64_t length, std::size_t width) {
  for (std::size_t i = width; i-- > 0;) {
    out.push_back(static_cast<std::uint8_t>(length >> (8 * i)));
  }
}

/// rand of BIP 445: the randomness, masked with the share when there is one.
Bytes masked_randomness(const Hash256& rand32, const SecretScalar* share) {
  if (share == nullptr) return to_bytes(rand32.view());
  Bytes out = to_bytes(tagged_sha256("BIP0445/aux", rand32.view()).view());
  const ByteView secret = share->reveal();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] ^= secret[i];
  return out;
}

/// Everything NonceGen hashes, without the last byte that tells the two nonces apart.
Bytes nonce_preimage(const Hash256& rand32, const NonceContext& context) {
  Bytes out;
  // No reallocation may leave a copy of the masked randomness behind.
  out.reserve(128 + (context.message ? context.message->size() : 0) + context.extra.size());
  Bytes rand = masked_randomness(rand32, context.share);
  append(out, rand);
  sodium_memzero(rand.data(), rand.size());
  put_length(out, context.public_share ? PublicKey::size : 0, 1);
  if (context.public_share) append(out, context.public_share->view());
  put_length(out, context.threshold_key ? XOnlyKey::size : 0, 1);
  if (context.threshold_key) append(out, context.threshold_key->view());
  out.push_back(context.message ? 1 : 0);
  if (context.message) {
    put_length(out, context.message->size(), 8);
    append(out, *context.message);
  }
  put_length(out, context.extra.size(), 4);
  append(out, context.extra);
  return out;
}

SecretScalar nonce_half(Bytes& preimage, std::uint8_t which) {
  preimage.push_back(which);
  Hash256 hash = tagged_sha256("BIP0445/nonce", preimage);
  preimage.pop_back();
  Result<SecretScalar> k = SecretScalar::reduce(hash);
  sodium_memzero(hash.bytes.data(), hash.bytes.size());
  ASSERT(k.ok());  // zero with probability 2^-256
  return std::move(k).value();
}

}  // namespace

Result<SecretNonce> SecretNonce::from(ByteView bytes64) {
  if (bytes64.size() != 64) return Errc::bad_secret_nonce;
  Result<SecretScalar> k1 = SecretScalar::from(bytes64.first(32));
  if (!k1.ok()) return Error{Errc::bad_secret_nonce, "first"};
  Result<SecretScalar> k2 = SecretScalar::from(bytes64.subspan(32));
  if (!k2.ok()) return Error{Errc::bad_secret_nonce, "second"};
  return SecretNonce{std::move(k1).value(), std::move(k2).value()};
}

PublicNonce SecretNonce::public_nonce() const {
  PublicNonce out;
  const PublicKey r1 = k1_.public_key();
  const PublicKey r2 = k2_.public_key();
  std::copy(r1.bytes.begin(), r1.bytes.end(), out.bytes.begin());
  std::copy(r2.bytes.begin(), r2.bytes.end(), out.bytes.begin() + 33);
  return out;
}

SecretNonce generate_nonce(const Hash256& rand32, const NonceContext& context) {
  Bytes preimage = nonce_preimage(rand32, context);
  SecretScalar k1 = nonce_half(preimage, 0);
  SecretScalar k2 = nonce_half(preimage, 1);
  sodium_memzero(preimage.data(), preimage.size());
  return {std::move(k1), std::move(k2)};
}

Result<AggregateNonce> aggregate_nonces(std::span<const PublicNonce> nonces) {
  // First halves of all, then second halves: the order in which the reference names a culprit.
  Bytes halves;
  halves.reserve(PublicNonce::size * nonces.size());
  for (const PublicNonce& nonce : nonces) append(halves, nonce.view().first(33));
  for (const PublicNonce& nonce : nonces) append(halves, nonce.view().subspan(33));
  const Result<std::vector<Point>> points = parse_points(halves, Infinity::refused);
  if (!points.ok()) {
    const std::size_t position = std::stoul(points.error().detail) % nonces.size();
    return Error{Errc::bad_public_nonce, std::to_string(position)};
  }
  std::array<JacobianPoint, 2> sums;
  for (std::size_t i = 0; i < points->size(); ++i) sums[i / nonces.size()] += (*points)[i];
  const std::vector<Point> both = to_affine(sums);
  AggregateNonce out;
  for (std::size_t half = 0; half < 2; ++half) {
    const PublicKey bytes = both[half].serialize_ext();
    std::copy(bytes.bytes.begin(), bytes.bytes.end(),
              out.bytes.begin() + static_cast<std::ptrdiff_t>(33 * half));
  }
  return out;
}

}  // namespace quorate::crypto
