// A resolver that writes down which operators were added; too many are refused as TFLM does. The names are those that
// tflite::MicroMutableOpResolver documents.
#ifndef STUB_MICRO_MUTABLE_OP_RESOLVER_H
#define STUB_MICRO_MUTABLE_OP_RESOLVER_H

#include <cstdio>

enum TfLiteStatus { kTfLiteOk = 0, kTfLiteError = 1 };

namespace tflite {

class MicroOpResolver {
   public:
    virtual unsigned count() const = 0;

   protected:
    ~MicroOpResolver() = default;
};

template <unsigned int most>
class MicroMutableOpResolver : public MicroOpResolver {
   public:
    unsigned count() const override { return count_; }
#define STUB_ADD(name) \
    TfLiteStatus Add##name() { return add(#name); }
    STUB_ADD(Abs)
    STUB_ADD(Add)
    STUB_ADD(AveragePool2D)
    STUB_ADD(Concatenation)
    STUB_ADD(Conv2D)
    STUB_ADD(DepthwiseConv2D)
    STUB_ADD(FullyConnected)
    STUB_ADD(Logistic)
    STUB_ADD(MaxPool2D)
    STUB_ADD(Mean)
    STUB_ADD(Mul)
    STUB_ADD(Pad)
    STUB_ADD(Reshape)
    STUB_ADD(ResizeNearestNeighbor)
    STUB_ADD(Softmax)
    STUB_ADD(Tanh)
#undef STUB_ADD

   private:
    TfLiteStatus add(const char *name) {
        if (count_ == most) return kTfLiteError;
        ++count_;
        std::printf("added %s\n", name);
        return kTfLiteOk;
    }

    unsigned count_ = 0;
};

}  // namespace tflite

#endif
