#include "crypto/secp_context.hpp"

#include <sodium.h>

#include <array>
#include <memory>

#include "base/assert.hpp"

namespace quorate::crypto {
namespace {

struct DestroyContext {
  void operator()(secp256k1_context* context) const { secp256k1_context_destroy(context); }
};
using ContextOwner = std::unique_ptr<secp256k1_context, DestroyContext>;

ContextOwner make_context() {
  ASSERT(sodium_init() >= 0);
  ContextOwner context{secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY)};
  ASSERT(context != nullptr);
  std::array<unsigned char, 32> blind{};
  randombytes_buf(blind.data(), blind.size());
  ASSERT(secp256k1_context_randomize(context.get(), blind.data()) == 1);
  sodium_memzero(blind.data(), blind.size());
  return context;
}

}  // namespace

const secp256k1_context* secp() {
  static const ContextOwner context = make_context();
  return context.get();
}

}  // namespace quorate::crypto
