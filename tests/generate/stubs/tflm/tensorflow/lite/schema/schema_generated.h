// What generated code calls of the schema, played: the model is its bytes.
#ifndef STUB_SCHEMA_GENERATED_H
#define STUB_SCHEMA_GENERATED_H

#define TFLITE_SCHEMA_VERSION 3

namespace tflite {

class Model {
   public:
    unsigned version() const { return TFLITE_SCHEMA_VERSION; }
};

inline const Model *GetModel(const void *bytes) { return static_cast<const Model *>(bytes); }

}  // namespace tflite

#endif
