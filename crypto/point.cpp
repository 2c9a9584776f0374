#include "crypto/point.hpp"

#include "crypto/affine_batch.hpp"
#include "crypto/msm.hpp"

namespace quorate::crypto {
namespace {

constexpr std::uint64_t curve_b = 7;

Field required(std::string_view hex) {
  Field f;
  const Result<Hash256> bytes = fixed_from_hex<Hash256>(hex);
  ASSERT(Field::parse(f, bytes.value().bytes.data()));
  return f;
}

}  // namespace

const Point& Point::generator() {
  static const Point g = from_coordinates(
      required("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"),
      required("483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"));
  return g;
}

Result<Point> Point::parse(ByteView bytes) {
  if (bytes.size() != PublicKey::size || (bytes[0] != 2 && bytes[0] != 3)) return Errc::bad_point;
  Point p;
  if (!Field::parse(p.x_, bytes.data() + 1)) return Errc::bad_point;
  const Field square = p.x_.squared() * p.x_ + Field{curve_b};
  const Field root = square.square_root().normalized();
  if (root.squared().normalized() != square.normalized()) return Errc::bad_point;
  const bool want_odd = bytes[0] == 3;
  // The curve's order is odd, so y = 0 does not occur and −y always has the other parity.
  p.y_ = root.is_odd() == want_odd ? root : root.negated<1>().normalized();
  p.infinity_ = false;
  return p;
}

Result<Point> Point::parse_ext(ByteView bytes) {
  if (bytes.size() == PublicKey::size && PublicKey::from(bytes).is_zero()) return Point{};
  return parse(bytes);
}

PublicKey Point::serialize() const {
  ASSERT(!infinity_);
  PublicKey out;
  out.bytes[0] = y_.is_odd() ? 3 : 2;
  x_.serialize(out.bytes.data() + 1);
  return out;
}

PublicKey Point::serialize_ext() const { return infinity_ ? PublicKey{} : serialize(); }

XOnlyKey Point::x_bytes() const { return x_only(serialize()); }

Point Point::operator-() const {
  if (infinity_) return *this;
  return from_coordinates(x_, y_.negated<1>().normalized());
}

Point Point::operator+(const Point& other) const {
  Point sum;
  AffineBatch batch;
  batch.add(sum, *this, other);
  batch.flush();
  return sum;
}

bool Point::operator==(const Point& other) const {
  if (infinity_ || other.infinity_) return infinity_ == other.infinity_;
  return x_ == other.x_ && y_ == other.y_;
}

JacobianPoint::JacobianPoint(const Point& p) : infinity_(p.is_infinity()) {
  if (infinity_) return;
  x_ = p.x();
  y_ = p.y();
  z_ = Field{1};
}

JacobianPoint JacobianPoint::doubled() const {
  if (infinity_) return *this;
  // S = X·Y², M = 3X²; X' = M² − 8S, Y' = M(4S − X') − 8Y⁴, Z' = 2YZ. Coordinates are tight.
  const Field y2 = y_.squared();
  const Field s = x_ * y2;
  const Field m = x_.squared().times(3);
  JacobianPoint r;
  r.x_ = (m.squared() + s.negated<1>().times(8)).tightened();
  r.y_ = (m * (s.times(4) + r.x_.negated<1>()) + y2.squared().negated<1>().times(8)).tightened();
  r.z_ = (y_ * z_).times(2).tightened();
  r.infinity_ = false;
  return r;
}

JacobianPoint& JacobianPoint::operator+=(const Point& p) {
  if (p.is_infinity()) return *this;
  if (infinity_) return *this = JacobianPoint{p};
  const Field z2 = z_.squared();
  const Field h = p.x() * z2 + x_.negated<1>();           // 3 units
  const Field r = p.y() * (z2 * z_) + y_.negated<1>();    // 3 units
  if (h.is_zero()) return *this = r.is_zero() ? doubled() : JacobianPoint{};
  const Field h2 = h.squared();
  const Field h3 = h2 * h;
  const Field v = x_ * h2;
  x_ = (r.squared() + h3.negated<1>() + v.negated<1>().times(2)).tightened();
  y_ = (r * (v + x_.negated<1>()) + (y_ * h3).negated<1>()).tightened();
  z_ = z_ * h;
  return *this;
}

JacobianPoint& JacobianPoint::operator+=(const JacobianPoint& p) {
  if (p.infinity_) return *this;
  if (infinity_) return *this = p;
  const Field z1 = z_.squared();
  const Field z2 = p.z_.squared();
  const Field u = x_ * z2;
  const Field s = y_ * (z2 * p.z_);
  const Field h = p.x_ * z1 + u.negated<1>();
  const Field r = p.y_ * (z1 * z_) + s.negated<1>();
  if (h.is_zero()) return *this = r.is_zero() ? doubled() : JacobianPoint{};
  const Field h2 = h.squared();
  const Field h3 = h2 * h;
  const Field v = u * h2;
  x_ = (r.squared() + h3.negated<1>() + v.negated<1>().times(2)).tightened();
  y_ = (r * (v + x_.negated<1>()) + (s * h3).negated<1>()).tightened();
  z_ = z_ * p.z_ * h;
  return *this;
}

JacobianPoint JacobianPoint::operator-() const {
  JacobianPoint r = *this;
  if (!infinity_) r.y_ = y_.negated<1>().tightened();
  return r;
}

Point JacobianPoint::to_affine() const {
  return quorate::crypto::to_affine(std::span<const JacobianPoint>{this, 1})[0];
}

std::vector<Point> to_affine(std::span<const JacobianPoint> points) {
  std::vector<Field> prefix(points.size());
  Field running{1};
  for (std::size_t i = 0; i < points.size(); ++i) {
    prefix[i] = running;
    if (!points[i].infinity_) running = running * points[i].z_;
  }
  Field inverse = running.inverse();
  std::vector<Point> out(points.size());
  for (std::size_t i = points.size(); i-- > 0;) {
    if (points[i].infinity_) continue;
    const Field zi = inverse * prefix[i];
    inverse = inverse * points[i].z_;
    const Field zi2 = zi.squared();
    out[i] = Point::from_coordinates((points[i].x_ * zi2).normalized(),
                                     (points[i].y_ * (zi2 * zi)).normalized());
  }
  return out;
}

Point operator*(const Scalar& k, const Point& p) { return multi_multiply({&k, 1}, {&p, 1}); }

Point times_generator(const Scalar& k) { return k * Point::generator(); }

}  // namespace quorate::crypto
