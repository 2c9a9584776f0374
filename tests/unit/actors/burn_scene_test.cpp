// Where values stand on Bitcoin: a refused move leaves no trace.
#include "actors/burn_scene.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::actors;
using consensus::BurnLink;

namespace {

BurnLink child_of(const BurnLink& parent, std::uint8_t n) {
  BurnLink link;
  link.height = parent.height + 1;
  const BurnHash hash = parent.hash();
  std::reverse_copy(hash.bytes.begin(), hash.bytes.end(), link.header.bytes.begin() + 4);
  link.header.bytes[79] = n;
  return link;
}

Bytes content_of(const BurnScene& scene) {
  Bytes out;
  Writer writer{out};
  scene.put(writer);
  return out;
}

}  // namespace

TEST_CASE("burn scene: a move to a header that is missing takes back what it added") {
  BurnLink root;
  root.height = BurnHeight{100};
  const BurnLink a = child_of(root, 1);
  const BurnLink b = child_of(a, 2);
  const BurnLink c = child_of(b, 3);
  BurnScene scene;
  CHECK(scene.move(std::vector{root, b}, root.hash()).code() == Errc::burn_header_unlinked);
  CHECK(content_of(scene) == content_of(BurnScene{}));
  REQUIRE(scene.move(std::vector{root, a}, a.hash()).ok());
  const Bytes before = content_of(scene);
  CHECK(scene.move(std::vector{b}, c.hash()).code() == Errc::burn_header_unknown);
  CHECK(content_of(scene) == before);
  REQUIRE(scene.move(std::vector{a, b, c}, c.hash()).ok());
  CHECK(scene.tip() == BurnView{BurnHeight{103}, c.hash()});
}
