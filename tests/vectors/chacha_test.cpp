// Source: stacks.json "recipient_selection": keystreams and range draws as rand_chacha and rand
// 0.8.
#include "crypto/chacha_rng.hpp"
#include "vectors.hpp"

using namespace quorate;
using namespace quorate::crypto;
using namespace quorate::vectors;
using Rounds = ChaChaRng::Rounds;

namespace {

void check_words(const Hash256& seed, Rounds rounds, const Json& words) {
  ChaChaRng rng{seed, rounds};
  for (const Json& word : words) CHECK(rng.next_u32() == word.get<std::uint32_t>());
}

/// Draws without replacement; the last item moves into the hole.
std::vector<std::uint32_t> pick(ChaChaRng rng, std::uint32_t n, std::size_t count) {
  std::vector<std::uint32_t> left;
  for (std::uint32_t i = 0; i < n; ++i) left.push_back(i);
  std::vector<std::uint32_t> picked;
  while (picked.size() < count && !left.empty()) {
    const std::uint32_t at = rng.draw(static_cast<std::uint32_t>(left.size()));
    picked.push_back(left[at]);
    left[at] = left.back();
    left.pop_back();
  }
  return picked;
}

}  // namespace

TEST_CASE("ChaCha: keystreams and draws match the published ones") {
  const Json group = read_json("stacks.json")["recipient_selection"];
  for (const Json& test : group["cases"]) {
    const Hash256 seed = fixed<Hash256>(test["seed"]);
    check_words(seed, Rounds::twenty, test["chacha20_u32"]);
    check_words(seed, Rounds::twelve, test["chacha12_u32"]);
    for (const auto& [n, expected] : test["pick20_chacha12"].items()) {
      const auto size = static_cast<std::uint32_t>(std::stoul(n));
      CHECK(Json(pick(ChaChaRng{seed, Rounds::twelve}, size, 20)) == expected);
    }
    for (const auto& [n, expected] : test["choose_two_chacha20"].items()) {
      const auto size = static_cast<std::uint32_t>(std::stoul(n));
      if (size < 2) continue;
      ChaChaRng rng{seed, Rounds::twenty};
      const std::uint32_t a = rng.draw(size);
      std::uint32_t b = rng.draw(size - 1);
      if (a == b) b = size - 1;
      CHECK(Json(std::vector<std::uint32_t>{a, b}) == expected);
    }
  }
}
