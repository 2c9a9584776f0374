#include <sodium.h>

#include "crypto/declassify.hpp"
#include "crypto/frost_session.hpp"
#include "crypto/hash.hpp"

namespace quorate::crypto {
namespace {

constexpr std::size_t nonce_size = 64;

BatchId batch_id_of(const ThresholdGroup& group, MemberIndex party, const Hash256& rand32) {
  Bytes data;
  Writer{data}.put(rand32).put(group.config().id()).put(party);
  const Hash256 hash = tagged_sha256("quorate/nonce-batch", data);
  return declassified(BatchId::from(hash.view().first(BatchId::size)));
}

/// The randomness of one nonce of the batch.
Hash256 randomness_of(const Hash256& rand32, std::uint32_t index) {
  Bytes data;
  data.reserve(64);
  Writer{data}.put(rand32).put(index);
  const Hash256 out = tagged_sha256("quorate/nonce-rand", data);
  sodium_memzero(data.data(), data.size());
  return out;
}

}  // namespace

/// k1 ‖ k2 per nonce in memory of libsodium: guarded, kept out of swap and core dumps where the
/// system allows it, and wiped when freed.
class NonceBatch::Store {
 public:
  Store() : bytes_(static_cast<std::uint8_t*>(sodium_malloc(nonce_size * nonces_per_batch))) {
    ASSERT(bytes_ != nullptr);
    present_.fill(false);
  }
  ~Store() { sodium_free(bytes_); }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  void put(std::size_t i, const SecretNonce& nonce) {
    std::copy_n(nonce.k1().reveal().data(), 32, bytes_ + nonce_size * i);
    std::copy_n(nonce.k2().reveal().data(), 32, bytes_ + nonce_size * i + 32);
    present_[i] = true;
  }
  [[nodiscard]] bool has(std::size_t i) const { return present_[i]; }
  SecretNonce take(std::size_t i) {
    ASSERT(present_[i]);
    Result<SecretNonce> nonce = SecretNonce::from({bytes_ + nonce_size * i, nonce_size});
    sodium_memzero(bytes_ + nonce_size * i, nonce_size);
    present_[i] = false;
    return std::move(nonce).value();
  }

 private:
  std::uint8_t* bytes_;
  std::array<bool, nonces_per_batch> present_{};
};

NonceBatch::NonceBatch(const ThresholdGroup& group, const PartyKey& key, const Hash256& rand32,
                       std::uint32_t base)
    : store_(std::make_unique<Store>()) {
  ASSERT(!key.shares.empty());
  const SecretShare& share = key.shares.front();
  commitments_.batch = batch_id_of(group, key.party, rand32);
  commitments_.base = base;
  NonceContext context;
  context.share = &share.value;
  context.public_share = group.public_shares()[share.id.value].serialize();
  context.threshold_key = x_only(group.key());
  for (std::uint32_t i = 0; i < nonces_per_batch; ++i) {
    context.extra.clear();
    Writer{context.extra}.put(group.config().id()).put(commitments_.batch).put(base + i);
    const SecretNonce nonce = generate_nonce(randomness_of(rand32, i), context);
    commitments_.nonces.push_back(nonce.public_nonce());
    store_->put(i, nonce);
  }
}

NonceBatch::NonceBatch(NonceBatch&&) noexcept = default;
NonceBatch& NonceBatch::operator=(NonceBatch&&) noexcept = default;
NonceBatch::~NonceBatch() = default;

Result<> NonceBatch::check(const BatchId& batch, std::uint32_t index) const {
  if (batch != commitments_.batch || index < commitments_.base) return Errc::unknown_nonce;
  const std::uint32_t i = index - commitments_.base;
  if (i >= nonces_per_batch) return Errc::unknown_nonce;
  if (!store_->has(i)) return Errc::nonce_used;
  return done();
}

Result<SecretNonce> NonceBatch::take(const BatchId& batch, std::uint32_t index) {
  TRY(check(batch, index));
  return store_->take(index - commitments_.base);
}

std::size_t NonceBatch::left() const {
  std::size_t n = 0;
  for (std::size_t i = 0; i < nonces_per_batch; ++i) n += store_->has(i) ? 1 : 0;
  return n;
}

}  // namespace quorate::crypto
