// Points of secp256k1 for PUBLIC data only: commitments, public shares, nonces of others, checks.
// Variable time throughout. Nothing here accepts a secret type; secrets go through libsecp256k1
// (secret_scalar.hpp, keys.hpp).
#pragma once

#include <span>
#include <vector>

#include "crypto/field.hpp"
#include "crypto/keys.hpp"
#include "crypto/lanes.hpp"
#include "crypto/scalar.hpp"
#include "crypto/work_budget.hpp"

namespace quorate::crypto {

class JacobianPoint;

/// An affine point or the point at infinity. Coordinates are kept fully reduced.
class Point {
 public:
  /// Infinity.
  Point() = default;
  static const Point& generator();

  /// 33 bytes, prefix 02 or 03. @returns bad_point for anything that is not a point so written
  /// (infinity has no such encoding).
  static Result<Point> parse(ByteView bytes);
  /// As `parse`, and 33 zero bytes are infinity. Source: BIP 327 / BIP 445, cbytes_ext.
  static Result<Point> parse_ext(ByteView bytes);
  static Result<Point> parse(const PublicKey& key) { return parse(key.view()); }

  /// Compressed encoding; not for infinity (a bug of the caller).
  [[nodiscard]] PublicKey serialize() const;
  /// Compressed encoding, infinity as 33 zero bytes.
  [[nodiscard]] PublicKey serialize_ext() const;
  [[nodiscard]] XOnlyKey x_bytes() const;

  [[nodiscard]] bool is_infinity() const { return infinity_; }
  [[nodiscard]] bool has_odd_y() const { return y_.is_odd(); }

  Point operator-() const;
  Point operator+(const Point& other) const;
  Point operator-(const Point& other) const { return *this + (-other); }
  bool operator==(const Point& other) const;

  /// Coordinates of a finite point; `normalized` field elements on the curve.
  [[nodiscard]] const Field& x() const { return x_; }
  [[nodiscard]] const Field& y() const { return y_; }
  static Point from_coordinates(const Field& x, const Field& y) {
    Point p;
    p.x_ = x;
    p.y_ = y;
    p.infinity_ = false;
    return p;
  }

 private:
  Field x_;
  Field y_;
  bool infinity_{true};
};

/// Whether 33 zero bytes are a point (infinity) or refused.
enum class Infinity : std::uint8_t { refused, allowed };

/// Any number of 33-byte encodings one after the other, read as by `Point::parse` or `parse_ext`,
/// many at a time where the processor can. @returns bad_point (detail = position of the first bad
/// one), length_out_of_bounds.
[[nodiscard]] Result<std::vector<Point>> parse_points(ByteView encodings, Infinity infinity,
                                                      CurveCode code = best_code());

/// x = X/Z², y = Y/Z³: sums without inversions.
class JacobianPoint {
 public:
  JacobianPoint() = default;
  explicit JacobianPoint(const Point& p);

  [[nodiscard]] bool is_infinity() const { return infinity_; }
  [[nodiscard]] JacobianPoint doubled() const;
  JacobianPoint& operator+=(const Point& p);
  JacobianPoint& operator+=(const JacobianPoint& p);
  JacobianPoint operator-() const;
  [[nodiscard]] Point to_affine() const;

 private:
  friend std::vector<Point> to_affine(std::span<const JacobianPoint> points);
  Field x_, y_, z_;
  bool infinity_{true};
};

/// All to affine coordinates with one inversion.
[[nodiscard]] std::vector<Point> to_affine(std::span<const JacobianPoint> points);

/// k·P.
[[nodiscard]] Point operator*(const Scalar& k, const Point& p);
/// k·G.
[[nodiscard]] Point times_generator(const Scalar& k);

/// rows[i] += addends[i] for all i with one shared inversion; equal, opposite and infinite operands
/// are handled. Sizes must be equal.
void add_rows(std::span<Point> sums, std::span<const Point> addends);
/// sums[i] -= addends[i].
void subtract_rows(std::span<Point> sums, std::span<const Point> addends);

/// Values at 0, 1, …, t−1 of a polynomial "in the exponent" of degree below t are continued to
/// 0, …, last by backward differences: additions only. `values` has t >= 1 elements.
/// Source: docs/threshold_signing.md "Evaluation basis".
[[nodiscard]] std::vector<Point> extend_evaluations(std::span<const Point> values,
                                                    std::size_t last);

/// The same in slices.
class EvaluationExtension {
 public:
  EvaluationExtension(std::span<const Point> values, std::size_t last);

  void advance(WorkBudget& budget);
  [[nodiscard]] bool is_done() const { return phase_ == Phase::done; }
  /// Once, when it is done.
  [[nodiscard]] std::vector<Point> take();

 private:
  enum class Phase : std::uint8_t { differences, diagonals, done };
  void take_level(WorkBudget& budget);
  void take_diagonal(WorkBudget& budget);

  std::size_t t_;
  std::size_t last_;
  Phase phase_{Phase::differences};
  std::size_t next_{};  ///< Level or diagonal.
  std::vector<Point> row_;
  std::vector<Point> negated_;
  std::vector<Point> differences_;
  std::vector<Point> out_;
};

}  // namespace quorate::crypto
