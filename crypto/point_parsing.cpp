// Many encoded points at once: what everybody does with every dealing.
#include "crypto/point.hpp"

namespace quorate::crypto {
namespace {

Result<std::vector<Point>> parse_one_by_one(ByteView encodings, Infinity infinity) {
  std::vector<Point> out;
  out.reserve(encodings.size() / PublicKey::size);
  for (std::size_t at = 0; at < encodings.size(); at += PublicKey::size) {
    const ByteView one = encodings.subspan(at, PublicKey::size);
    const Result<Point> p =
        infinity == Infinity::allowed ? Point::parse_ext(one) : Point::parse(one);
    if (!p.ok()) return Error{Errc::bad_point, std::to_string(out.size())};
    out.push_back(*p);
  }
  return out;
}

/// What the encodings say before any root is taken. Positions that say infinity or nonsense have a
/// place like the others; nobody looks at their roots.
struct Encoded {
  std::vector<Field> xs;
  std::vector<std::uint8_t> odd;
  enum class Form : std::uint8_t { finite, infinite, malformed };
  std::vector<Form> forms;

  Encoded(ByteView encodings, Infinity infinity) {
    const std::size_t count = encodings.size() / PublicKey::size;
    xs.resize(count);
    odd.resize(count);
    forms.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const ByteView one = encodings.subspan(i * PublicKey::size, PublicKey::size);
      const bool in_range = Field::parse(xs[i], one.data() + 1);
      odd[i] = one[0] & 1;
      if (in_range && (one[0] == 2 || one[0] == 3)) {
        forms[i] = Form::finite;
      } else {
        const bool infinite = infinity == Infinity::allowed && PublicKey::from(one).is_zero();
        forms[i] = infinite ? Form::infinite : Form::malformed;
      }
    }
  }
};

Result<std::vector<Point>> parse_in_lanes(ByteView encodings, Infinity infinity) {
  const Encoded encoded{encodings, infinity};
  std::vector<Point> out(encoded.xs.size());
  lift_in_lanes(encoded.xs, encoded.odd, out);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (encoded.forms[i] == Encoded::Form::infinite) {
      out[i] = Point{};
    } else if (encoded.forms[i] == Encoded::Form::malformed || out[i].is_infinity()) {
      return Error{Errc::bad_point, std::to_string(i)};
    }
  }
  return out;
}

}  // namespace

Result<std::vector<Point>> parse_points(ByteView encodings, Infinity infinity, CurveCode code) {
  if (encodings.size() % PublicKey::size != 0) return Errc::length_out_of_bounds;
  return code == CurveCode::lanes ? parse_in_lanes(encodings, infinity)
                                  : parse_one_by_one(encodings, infinity);
}

}  // namespace quorate::crypto
