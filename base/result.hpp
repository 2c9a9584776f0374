// A value or a named refusal. C++20 has no std::expected; this is the part of it we use.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/assert.hpp"
#include "base/errc.hpp"

namespace quorate {

/// A refusal: its code, and where or what (a line, a field, an index) when that helps the reader.
struct Error {
  Errc code{};
  std::string detail;

  Error() = default;
  Error(Errc c) : code(c) {}  // NOLINT: a bare code is an error without detail
  Error(Errc c, std::string d) : code(c), detail(std::move(d)) {}

  bool operator==(const Error& other) const { return code == other.code; }
  bool operator==(Errc other) const { return code == other; }

  /// "name: text (detail)".
  [[nodiscard]] std::string message() const;
};

/// Nothing to say but "done".
struct Done {
  bool operator==(const Done&) const = default;
};

template <class T = Done>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}             // NOLINT
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}         // NOLINT
  Result(Errc code) : state_(std::in_place_index<1>, Error{code}) {}                // NOLINT

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  [[nodiscard]] const T& value() const& {
    ASSERT(ok());
    return std::get<0>(state_);
  }
  [[nodiscard]] T& value() & {
    ASSERT(ok());
    return std::get<0>(state_);
  }
  [[nodiscard]] T&& value() && {
    ASSERT(ok());
    return std::get<0>(std::move(state_));
  }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  [[nodiscard]] const Error& error() const {
    ASSERT(!ok());
    return std::get<1>(state_);
  }
  [[nodiscard]] Errc code() const { return error().code; }

 private:
  std::variant<T, Error> state_;
};

inline Result<> done() { return Done{}; }

}  // namespace quorate

#define Q_CONCAT_(a, b) a##b
#define Q_CONCAT(a, b) Q_CONCAT_(a, b)

/// Returns the error of `expression` from the enclosing function, or goes on.
#define TRY(expression)                                     \
  do {                                                      \
    if (auto q_result = (expression); !q_result.ok()) return q_result.error(); \
  } while (false)

/// `TRY_ASSIGN(auto x, f());` binds x to the value or returns the error.
#define TRY_ASSIGN(declaration, expression)                              \
  auto Q_CONCAT(q_result_, __LINE__) = (expression);                     \
  if (!Q_CONCAT(q_result_, __LINE__).ok()) return Q_CONCAT(q_result_, __LINE__).error(); \
  declaration = std::move(Q_CONCAT(q_result_, __LINE__)).value()
