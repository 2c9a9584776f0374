#include "runtime/simulation/random.hpp"

#include <bit>

#include "base/codec.hpp"
#include "crypto/hash.hpp"

namespace quorate::simulation {

Hash256 derive_seed(std::uint64_t seed, std::string_view purpose, std::uint64_t index) {
  Bytes content;
  Writer{content}.raw(as_bytes(purpose)).put(std::uint8_t{0}).put(seed).put(index);
  return crypto::tagged_h("quorate/sim", content);
}

Random::Random(std::uint64_t seed, std::string_view purpose) {
  const Hash256 bytes = derive_seed(seed, purpose, 0);
  for (std::size_t i = 0; i < 4; ++i) state_[i] = get_be<std::uint64_t>(&bytes.bytes[8 * i]);
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Random::below(std::uint64_t n) {
  ASSERT(n > 0);
  return static_cast<std::uint64_t>((static_cast<unsigned __int128>(next()) * n) >> 64);
}

Duration Random::between(Duration low, Duration high) {
  ASSERT(low <= high);
  return low + Duration{static_cast<std::int64_t>(
                   below(static_cast<std::uint64_t>((high - low).us) + 1))};
}

}  // namespace quorate::simulation
