#include "runtime/simulation/random.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::simulation;

TEST_CASE("one seed and purpose give one stream, others give others") {
  Random a(1, "x");
  Random b(1, "x");
  Random c(1, "y");
  Random d(2, "x");
  const auto first = a.next();
  CHECK(first == b.next());
  CHECK(first != c.next());
  CHECK(first != d.next());
}

TEST_CASE("draws keep their bounds and reach both ends") {
  Random random(3, "bounds");
  bool low = false;
  bool high = false;
  for (int i = 0; i < 2000; ++i) {
    const auto n = random.below(5);
    CHECK(n < 5);
    const Duration d = random.between(milliseconds(2), milliseconds(2) + microseconds(3));
    low = low || d == milliseconds(2);
    high = high || d == milliseconds(2) + microseconds(3);
    CHECK((d >= milliseconds(2) && d <= milliseconds(2) + microseconds(3)));
  }
  CHECK(low);
  CHECK(high);
}

TEST_CASE("a chance in a thousand is about that") {
  Random random(4, "chance");
  int hits = 0;
  for (int i = 0; i < 100'000; ++i) hits += random.chance(100) ? 1 : 0;
  CHECK(hits > 9'500);
  CHECK(hits < 10'500);
  CHECK_FALSE(Random(5, "never").chance(0));
}
