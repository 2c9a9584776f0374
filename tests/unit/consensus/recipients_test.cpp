#include "consensus/recipients.hpp"

#include "../../vectors/vectors.hpp"
#include "crypto/hash.hpp"

namespace quorate::consensus {
namespace {

RewardSet scripts(std::uint8_t count) {
  RewardSet out;
  for (std::uint8_t i = 0; i < count; ++i) out.push_back({{i}});
  return out;
}

TEST_CASE("draw_recipients: twenty draws as in the vectors (group recipient_selection)") {
  const auto all = vectors::read_json("stacks.json");
  std::size_t checked = 0;
  for (const auto& one : all.at("recipient_selection").at("cases")) {
    const auto seed = vectors::fixed<Hash256>(one.at("seed"));
    for (const auto& [size, expected] : one.at("pick20_chacha12").items()) {
      // The vectors name entries by their place in the original set.
      std::vector<std::uint32_t> left(std::stoul(size));
      for (std::uint32_t i = 0; i < left.size(); ++i) left[i] = i;
      std::vector<std::uint32_t> picked;
      for (const std::uint32_t at :
           draw_indices(seed, static_cast<std::uint32_t>(left.size()), 20)) {
        std::swap(left[at], left.back());
        picked.push_back(left.back());
        left.pop_back();
      }
      CHECK(picked == expected.get<std::vector<std::uint32_t>>());
      ++checked;
    }
  }
  CHECK(checked == 8);
}

TEST_CASE("draw_recipients: nothing is drawn twice and the rest remains") {
  for (const std::uint8_t size : {0, 1, 19, 20, 21, 60}) {
    const RecipientDraw draw = draw_recipients(crypto::sha256({}), scripts(size), 20);
    CHECK(draw.recipients.size() == std::min<std::size_t>(20, size));
    CHECK(draw.recipients.size() + draw.remaining.size() == size);
    RewardSet all = draw.recipients;
    all.insert(all.end(), draw.remaining.begin(), draw.remaining.end());
    std::sort(all.begin(), all.end());
    CHECK(all == scripts(size));
  }
}

TEST_CASE("recipient_seed: SHA-256 of sortition hash and header hash") {
  bitcoin::SortitionHash sortition;
  sortition.bytes.fill(1);
  BurnHash header;
  header.bytes.fill(2);
  Bytes both = to_bytes(sortition.view());
  append(both, header.view());
  CHECK(recipient_seed(sortition, header) == crypto::sha256(both));
}

}  // namespace
}  // namespace quorate::consensus
