#include "crypto/hash.hpp"

#include <openssl/evp.h>

namespace quorate::crypto {
namespace {

/// A digest algorithm, looked up in OpenSSL's provider once: a look-up costs more than a short
/// hash. Never freed, because threads may still hash while the process exits.
class Algorithm {
 public:
  explicit Algorithm(const char* name) : md_(EVP_MD_fetch(nullptr, name, nullptr)) {
    ASSERT(md_ != nullptr);
  }
  [[nodiscard]] const EVP_MD* get() const { return md_; }

 private:
  EVP_MD* md_;
};

const EVP_MD* sha256_md() {
  static const Algorithm algorithm{"SHA256"};
  return algorithm.get();
}
const EVP_MD* sha512_256_md() {
  static const Algorithm algorithm{"SHA512-256"};
  return algorithm.get();
}
const EVP_MD* ripemd160_md() {
  static const Algorithm algorithm{"RIPEMD160"};
  return algorithm.get();
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

Context new_context() {
  Context context{EVP_MD_CTX_new()};
  ASSERT(context != nullptr);
  return context;
}

/// One scratch context per thread and use: re-initialising is cheaper than allocating.
template <class Use>
EVP_MD_CTX* scratch() {
  thread_local const Context context = new_context();
  return context.get();
}

// OpenSSL fails here only when it is out of memory or misused.
void begin(EVP_MD_CTX* context, const EVP_MD* md) {
  ASSERT(EVP_DigestInit_ex(context, md, nullptr) == 1);
}
void absorb(EVP_MD_CTX* context, ByteView data) {
  ASSERT(EVP_DigestUpdate(context, data.data(), data.size()) == 1);
}
template <class Digest>
Digest end(EVP_MD_CTX* context) {
  Digest out;
  unsigned int size = 0;
  ASSERT(EVP_DigestFinal_ex(context, out.bytes.data(), &size) == 1);
  ASSERT(size == Digest::size);
  return out;
}

struct ForSha256;
struct ForSha512;
struct ForRipemd;

}  // namespace

Hash256 sha512_256(ByteView data) {
  EVP_MD_CTX* context = scratch<ForSha512>();
  begin(context, sha512_256_md());
  absorb(context, data);
  return end<Hash256>(context);
}

Hash256 sha256(ByteView data) {
  EVP_MD_CTX* context = scratch<ForSha256>();
  begin(context, sha256_md());
  absorb(context, data);
  return end<Hash256>(context);
}

Hash256 sha256d(ByteView data) { return sha256(sha256(data).view()); }

Hash160 ripemd160(ByteView data) {
  EVP_MD_CTX* context = scratch<ForRipemd>();
  begin(context, ripemd160_md());
  absorb(context, data);
  return end<Hash160>(context);
}

Hash160 hash160(ByteView data) { return ripemd160(sha256(data).view()); }

Hash256 tagged_sha256(std::string_view tag, ByteView data) {
  const Hash256 tag_hash = sha256(as_bytes(tag));
  EVP_MD_CTX* context = scratch<ForSha256>();
  begin(context, sha256_md());
  absorb(context, tag_hash.view());
  absorb(context, tag_hash.view());
  absorb(context, data);
  return end<Hash256>(context);
}

Hash256 tagged_h(std::string_view tag, ByteView data) {
  ASSERT(tag.starts_with("quorate/"));
  EVP_MD_CTX* context = scratch<ForSha512>();
  begin(context, sha512_256_md());
  absorb(context, as_bytes(tag));
  absorb(context, data);
  return end<Hash256>(context);
}

struct Sha256::State {
  Context context = new_context();
};

Sha256::Sha256() : state_(std::make_unique<State>()) { begin(state_->context.get(), sha256_md()); }

Sha256::Sha256(const Sha256& other) : state_(std::make_unique<State>()) {
  ASSERT(EVP_MD_CTX_copy_ex(state_->context.get(), other.state_->context.get()) == 1);
}

Sha256& Sha256::operator=(const Sha256& other) {
  if (this != &other) *this = Sha256{other};
  return *this;
}

Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

Sha256 Sha256::tagged(std::string_view tag) {
  const Hash256 tag_hash = sha256(as_bytes(tag));
  Sha256 stream;
  stream.update(tag_hash.view()).update(tag_hash.view());
  return stream;
}

Sha256& Sha256::update(ByteView data) {
  absorb(state_->context.get(), data);
  return *this;
}

Hash256 Sha256::finish() const {
  EVP_MD_CTX* context = scratch<State>();
  ASSERT(EVP_MD_CTX_copy_ex(context, state_->context.get()) == 1);
  return end<Hash256>(context);
}

}  // namespace quorate::crypto
