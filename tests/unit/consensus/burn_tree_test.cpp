#include "consensus/burn_tree.hpp"

#include <doctest/doctest.h>

namespace quorate::consensus {
namespace {

BurnView view(std::uint64_t height, std::uint8_t name) {
  BurnView out{BurnHeight{height}, {}};
  out.hash.bytes[0] = name;
  return out;
}

/// 10a – 11a – 12a – 13a, and 12b – 13b on 11a.
BurnTree forked() {
  BurnTree tree;
  REQUIRE(tree.add(view(10, 1), {}).ok());
  REQUIRE(tree.add(view(11, 2), view(10, 1).hash).ok());
  REQUIRE(tree.add(view(12, 3), view(11, 2).hash).ok());
  REQUIRE(tree.add(view(13, 4), view(12, 3).hash).ok());
  REQUIRE(tree.add(view(12, 13), view(11, 2).hash).ok());
  REQUIRE(tree.add(view(13, 14), view(12, 13).hash).ok());
  REQUIRE(tree.set_tip(view(13, 4).hash).ok());
  return tree;
}

TEST_CASE("burn tree: headers follow known parents at the next height") {
  BurnTree tree = forked();
  CHECK(tree.add(view(14, 9), view(12, 3).hash).code() == Errc::burn_header_unlinked);
  CHECK(tree.add(view(14, 9), view(9, 99).hash).code() == Errc::burn_header_unlinked);
  CHECK(tree.add(view(12, 3), {}).ok());  // Known: silently again.
  CHECK(tree.set_tip(view(1, 77).hash).code() == Errc::burn_header_unknown);
}

TEST_CASE("burn tree: kinship in both directions") {
  const BurnTree tree = forked();
  CHECK(tree.kinship(view(12, 3), view(12, 3)) == Kinship::same);
  CHECK(tree.kinship(view(11, 2), view(13, 14)) == Kinship::ancestor);
  CHECK(tree.kinship(view(13, 14), view(11, 2)) == Kinship::descendant);
  CHECK(tree.kinship(view(12, 3), view(13, 14)) == Kinship::rival);
  CHECK(tree.kinship(view(13, 4), view(12, 13)) == Kinship::rival);
  CHECK(tree.kinship(view(12, 3), view(12, 13)) == Kinship::rival);
  CHECK(tree.kinship(view(12, 3), view(12, 50)) == Kinship::unknown);
  CHECK(tree.are_rivals(view(12, 3), view(12, 13)));
  CHECK(tree.is_canonical(view(12, 3)));
  CHECK_FALSE(tree.is_canonical(view(12, 13)));
  CHECK(tree.canonical_at(BurnHeight{12}) == view(12, 3));
  CHECK(tree.canonical_at(BurnHeight{14}) == std::nullopt);
}

TEST_CASE("burn tree: what is pruned is canonical history") {
  BurnTree tree = forked();
  tree.prune_below(BurnHeight{12});
  CHECK_FALSE(tree.knows(view(11, 2).hash));
  CHECK_FALSE(tree.knows(view(13, 14).hash));
  CHECK(tree.kinship(view(11, 2), view(13, 4)) == Kinship::ancestor);
  CHECK(tree.kinship(view(13, 4), view(11, 2)) == Kinship::descendant);
  CHECK(tree.is_canonical(view(5, 1)));
}

}  // namespace
}  // namespace quorate::consensus
