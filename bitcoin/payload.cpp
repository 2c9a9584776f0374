#include "bitcoin/payload.hpp"

namespace quorate::bitcoin {

void put_place(Writer& out, const BurnPlace& place) {
  ASSERT(place.height.value <= 0xffffffff);
  out.put(static_cast<std::uint32_t>(place.height.value)).put(place.txoff);
}

BurnPlace take_place(Reader& in) {
  const auto height = in.get<std::uint32_t>();
  const auto txoff = in.get<std::uint16_t>();
  return {BurnHeight{height}, txoff};
}

}  // namespace quorate::bitcoin
