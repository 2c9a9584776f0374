#include <doctest/doctest.h>

#include "crypto/content_pool.hpp"
#include "crypto/hash.hpp"

using namespace quorate;
using crypto::ContentPool;

namespace {

SharedBytes content(std::uint8_t fill, std::size_t size = ContentPool::least_bytes) {
  return SharedBytes{Bytes(size, fill)};
}
/// As many different contents as wanted.
SharedBytes numbered(std::uint32_t number) {
  Bytes out(ContentPool::least_bytes);
  put_be(out.data(), number);
  return SharedBytes{std::move(out)};
}

}  // namespace

TEST_CASE("ContentPool: equal contents end in one place while somebody keeps them") {
  ContentPool pool;
  const SharedBytes first = pool.share(content(7));
  const SharedBytes second = pool.share(content(7));
  CHECK(&first.get() == &second.get());
  const SharedBytes other = pool.share(content(8));
  CHECK(&other.get() != &first.get());
  CHECK(other == content(8));
}

TEST_CASE("ContentPool: a content has its own hash, remembered or not") {
  ContentPool pool;
  const auto first = pool.hashed(content(7));
  CHECK(first.hash == crypto::sha512_256(content(7).view()));
  const auto again = pool.hashed(content(7));
  CHECK(&again.bytes.get() == &first.bytes.get());
  CHECK(again.hash == first.hash);
  const SharedBytes shared = pool.share(content(8));  // Without a hash first.
  CHECK(pool.hashed(content(8)).hash == crypto::sha512_256(content(8).view()));
  CHECK(pool.hashed(content(7, 3)).hash == crypto::sha512_256(content(7, 3).view()));
  CHECK(&pool.hashed(content(8)).bytes.get() == &shared.get());
}

TEST_CASE("ContentPool: what nobody kept is not mistaken for what comes after it") {
  ContentPool pool;
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    CHECK(pool.hashed(numbered(i % 5)).hash == crypto::sha512_256(numbered(i % 5).view()));
  }
}

TEST_CASE("ContentPool: it keeps nothing alive, and forgets what nobody keeps") {
  ContentPool pool;
  SharedBytes::Weak watched;
  {
    const SharedBytes kept = pool.share(content(7));
    watched = kept.weak();
    CHECK(SharedBytes::lock(watched).has_value());
  }
  CHECK_FALSE(SharedBytes::lock(watched).has_value());
  for (std::uint32_t i = 0; i < 10'000; ++i) (void)pool.share(numbered(i));
  CHECK(pool.size() < 200);
}

TEST_CASE("ContentPool: what is short is not worth remembering") {
  ContentPool pool;
  const SharedBytes brief = content(7, ContentPool::least_bytes - 1);
  CHECK(&pool.share(brief).get() == &brief.get());
  CHECK(&pool.hashed(brief).bytes.get() == &brief.get());
  CHECK(pool.size() == 0);
  CHECK(&pool.share(content(7)).get() != &brief.get());
  CHECK(pool.size() == 1);
}
