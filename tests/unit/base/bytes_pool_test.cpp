#include <doctest/doctest.h>

#include "base/bytes_pool.hpp"

using namespace quorate;

namespace {

SharedBytes content(std::uint8_t fill, std::size_t size = BytesPool::least_bytes) {
  return SharedBytes{Bytes(size, fill)};
}
Hash256 name(std::uint32_t number) {
  Hash256 out{};
  for (std::size_t i = 0; i < 4; ++i) out.bytes[i] = static_cast<std::uint8_t>(number >> 8 * i);
  return out;
}

}  // namespace

TEST_CASE("BytesPool: equal contents end in one place while somebody keeps them") {
  BytesPool pool;
  const SharedBytes first = pool.share(name(1), content(7));
  const SharedBytes second = pool.share(name(1), content(7));
  CHECK(&first.get() == &second.get());
  const SharedBytes other = pool.share(name(2), content(8));
  CHECK(&other.get() != &first.get());
  CHECK(other == content(8));
}

TEST_CASE("BytesPool: it keeps nothing alive, and forgets what nobody keeps") {
  BytesPool pool;
  SharedBytes::Weak watched;
  {
    const SharedBytes kept = pool.share(name(1), content(7));
    watched = kept.weak();
    CHECK(SharedBytes::lock(watched).has_value());
  }
  CHECK_FALSE(SharedBytes::lock(watched).has_value());
  for (std::uint32_t i = 0; i < 10'000; ++i) (void)pool.share(name(i), content(1));
  CHECK(pool.size() < 200);
}

TEST_CASE("BytesPool: what is short is not worth remembering") {
  BytesPool pool;
  const SharedBytes brief = content(7, BytesPool::least_bytes - 1);
  CHECK(&pool.share(name(1), brief).get() == &brief.get());
  CHECK(pool.size() == 0);
  CHECK(&pool.share(name(1), content(7)).get() != &brief.get());
  CHECK(pool.size() == 1);
}
