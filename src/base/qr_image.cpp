#include "base/qr_image.h"

#include <png.h>
#include <qrencode.h>

#include <algorithm>
#include <memory>

namespace wherry {

Result<QrImage> QrImage::of(std::string_view text) {
  const bool encodable = !text.empty() && text.find('\0') == std::string_view::npos;
  const std::string copy(text);
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(encodable ? QRcode_encodeString8bit(copy.c_str(), 0, QR_ECLEVEL_M) : nullptr,
                                                             QRcode_free);
  if (!code) return Error{ErrorCode::invalid_argument, "no QR code holds this text"};
  std::vector<bool> modules;
  for (int i = 0; i < code->width * code->width; ++i) modules.push_back((code->data[i] & 1) != 0);
  return QrImage(code->width, std::move(modules));
}

bool QrImage::dark(int x, int y) const {
  if (x < 0 || y < 0 || x >= size_ || y >= size_) return false;
  return modules_[static_cast<std::size_t>(y * size_ + x)];
}

std::string QrImage::terminal() const {
  constexpr int margin = 2;  // the lines around it are bright too
  std::string out;
  for (int y = -margin; y < size_ + margin; y += 2) {
    out += "\x1b[30;107m";
    for (int x = -margin; x < size_ + margin; ++x) {
      const bool upper = dark(x, y), lower = dark(x, y + 1);
      out += upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ";
    }
    out += "\x1b[0m\n";
  }
  return out;
}

std::string QrImage::svg(int pixels) const {
  const auto side = std::to_string(size_ + 2 * quiet_zone);
  const auto length = std::to_string(pixels);
  std::string out = R"(<svg xmlns="http://www.w3.org/2000/svg" width=")" + length + R"(" height=")" + length + R"(" viewBox="0 0 )" + side +
                    " " + side + R"(" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h)" + side + "v" + side + R"(H0z"/><path d=")";
  for (int y = 0; y < size_; ++y) {
    for (int x = 0; x < size_; ++x) {
      if (!dark(x, y)) continue;
      int run = 1;
      while (dark(x + run, y)) ++run;
      out += "M" + std::to_string(x + quiet_zone) + " " + std::to_string(y + quiet_zone) + "h" + std::to_string(run) + "v1h-" +
             std::to_string(run) + "z";
      x += run;
    }
  }
  return out + R"("/></svg>)"
               "\n";
}

Result<std::string> QrImage::png(int pixels) const {
  const int modules = size_ + 2 * quiet_zone;
  const int scale = std::max(1, (pixels + modules - 1) / modules);
  const int side = modules * scale;
  std::string grey(static_cast<std::size_t>(side) * static_cast<std::size_t>(side), '\xff');
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      if (dark(x / scale - quiet_zone, y / scale - quiet_zone)) grey[static_cast<std::size_t>(y * side + x)] = '\0';
    }
  }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = static_cast<png_uint_32>(side);
  image.format = PNG_FORMAT_GRAY;
  png_alloc_size_t length = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string out(length, '\0');
  if (png_image_write_to_memory(&image, out.data(), &length, 0, grey.data(), 0, nullptr) == 0) {
    return Error{ErrorCode::internal, std::string("no PNG: ") + image.message};
  }
  out.resize(length);
  return out;
}

}  // namespace wherry
