"""The words of Keras, PyTorch and textbooks that a case file writes otherwise, answered with ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from walkthrough.words.messages import suggestion

_CONVOLUTIONS = "there are conv1d, conv2d and conv_transpose2d"
_LATER = "recurrence, attention and embeddings are not among the layers"
_MEAN = 'is "{}", the sum; for the mean over n outputs say scale = "1/n"'

_TYPES: Mapping[str, str] = MappingProxyType(
    {
        # layers
        "conv": 'is "conv2d" here',
        "convolution": 'is "conv2d" here',
        "convolution2d": 'is "conv2d" here',
        "correlation": 'is "conv2d" here',
        "convolution1d": 'is "conv1d" here',
        "conv3d": f"is not here; {_CONVOLUTIONS}",
        "convolution3d": f"is not here; {_CONVOLUTIONS}",
        "convtranspose1d": f"is not here; {_CONVOLUTIONS}",
        "convtranspose3d": f"is not here; {_CONVOLUTIONS}",
        "conv2dtranspose": 'is "conv_transpose2d" here',
        "convtranspose": 'is "conv_transpose2d" here',
        "deconv": 'is "conv_transpose2d" here',
        "deconv2d": 'is "conv_transpose2d" here',
        "deconvolution": 'is "conv_transpose2d" here',
        "transposedconv": 'is "conv_transpose2d" here',
        "depthwiseconv2d": 'is "conv2d" with groups, as many as there are channels',
        "separableconv2d": 'is two layers: "conv2d" with groups, then a "conv2d" with a 1×1 kernel',
        "linear": 'is "dense" here; its weight has a row per output',
        "fc": 'is "dense" here',
        "fullyconnected": 'is "dense" here',
        "innerproduct": 'is "dense" here',
        "affine": 'is "dense" here',
        "maxpool": 'is "max_pool2d" here',
        "maxpooling": 'is "max_pool2d" here',
        "maxpooling2d": 'is "max_pool2d" here',
        "maxpool1d": 'is not here; there are "max_pool2d" and "average_pool2d"',
        "maxpooling1d": 'is not here; there are "max_pool2d" and "average_pool2d"',
        "pool": 'is not enough; there are "max_pool2d", "average_pool2d" and "global_average_pool2d"',
        "pooling": 'is not enough; there are "max_pool2d", "average_pool2d" and "global_average_pool2d"',
        "avgpool": 'is "average_pool2d" here',
        "avgpool2d": 'is "average_pool2d" here',
        "averagepooling2d": 'is "average_pool2d" here',
        "averagepooling": 'is "average_pool2d" here',
        "meanpool": 'is "average_pool2d" here',
        "globalaveragepooling2d": 'is "global_average_pool2d" here',
        "globalavgpool": 'is "global_average_pool2d" here',
        "gap": 'is "global_average_pool2d" here',
        "adaptiveavgpool2d": 'is "global_average_pool2d" here, to 1×1',
        "globalmaxpooling2d": 'is "max_pool2d" here, its size that of the image',
        "adaptivemaxpool2d": 'is "max_pool2d" here, with the size that gives what you want',
        "logistic": 'is "sigmoid" here',
        "prelu": 'is "leaky_relu" here; its slope is given, not learned',
        "swish": 'is "silu" here',
        "logsoftmax": 'is "softmax" here, and the loss "cross_entropy" takes the logarithm',
        "batchnormalization": 'is "batch_norm2d" here; mean and variance are given',
        "batchnorm": 'is "batch_norm2d" here; mean and variance are given',
        "layernorm": 'is not here; there is "batch_norm2d"',
        "groupnorm": 'is not here; there is "batch_norm2d"',
        "instancenorm2d": 'is not here; there is "batch_norm2d"',
        "dropout2d": 'is "dropout" here; the mask is given',
        "alphadropout": 'is "dropout" here; the mask is given',
        "upsampling2d": 'is "upsample2d" here',
        "upsample": 'is "upsample2d" here',
        "upsamplingnearest2d": 'is "upsample2d" here',
        "interpolate": 'is "upsample2d" here, to the nearest',
        "unpool": 'is "upsample2d" here, to the nearest',
        "zeropadding2d": "is no layer here; padding is an option of convolutions and pools",
        "zeropad2d": "is no layer here; padding is an option of convolutions and pools",
        "activation": 'is no layer here; an activation\'s own name is: type = "relu"',
        "input": "is no layer here; [input] holds the numbers",
        "inputlayer": "is no layer here; [input] holds the numbers",
        "identity": "is no layer here; leave it out",
        "view": 'is "reshape" here',
        "gelu": 'is not here; there are "relu", "leaky_relu", "elu", "softplus" and "silu"',
        "selu": 'is not here; there is "elu" with its alpha',
        "relu6": 'is not here; there is "relu"',
        "lstm": f"is not here; {_LATER}",
        "gru": f"is not here; {_LATER}",
        "rnn": f"is not here; {_LATER}",
        "simplernn": f"is not here; {_LATER}",
        "attention": f"is not here; {_LATER}",
        "multiheadattention": f"is not here; {_LATER}",
        "transformer": f"is not here; {_LATER}",
        "embedding": f"is not here; {_LATER}",
        # losses
        "mse": _MEAN.format("squared_error"),
        "mseloss": _MEAN.format("squared_error"),
        "meansquarederror": _MEAN.format("squared_error"),
        "l2": 'is "squared_error" here',
        "sse": 'is "squared_error" with scale = 1 here',
        "mae": _MEAN.format("absolute_error"),
        "l1": 'is "absolute_error" here',
        "l1loss": _MEAN.format("absolute_error"),
        "meanabsoluteerror": _MEAN.format("absolute_error"),
        "bce": 'is "binary_cross_entropy" here',
        "bceloss": 'is "binary_cross_entropy" here',
        "binarycrossentropy": 'is "binary_cross_entropy" here',
        "logloss": 'is "binary_cross_entropy" here',
        "bcewithlogits": 'is a layer "sigmoid" here, and then "binary_cross_entropy"',
        "bcewithlogitsloss": 'is a layer "sigmoid" here, and then "binary_cross_entropy"',
        "crossentropyloss": 'is a layer "softmax" here, and then "cross_entropy" with a one-hot target',
        "softmaxcrossentropy": 'is a layer "softmax" here, and then "cross_entropy"',
        "categoricalcrossentropy": 'is "cross_entropy" here',
        "sparsecategoricalcrossentropy": 'is "cross_entropy" here, with a one-hot target',
        "nll": 'is "cross_entropy" here, with a one-hot target',
        "nllloss": 'is "cross_entropy" here, with a one-hot target',
        "huberloss": 'is "huber" here, the sum',
        "smoothl1": 'is "huber" here, the sum',
        "smoothl1loss": 'is "huber" here, the sum',
        "hingeloss": 'is "hinge" here',
        "svm": 'is "hinge" or "multiclass_hinge" here',
        "categoricalhinge": 'is not here; "multiclass_hinge" adds up all classes that come too near',
        "multimarginloss": 'is "multiclass_hinge" here, the sum',
        "kldivloss": 'is not here; "cross_entropy" has the same gradient',
    }
)

_EXTENTS = "is no key here: the {} of the kernel say it"
_ROWS = "is no key here: the {} of the weight say it (or the columns, as its layout is)"
_KEYS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        # ours, if this table has it, and what is said; "" always holds
        "filters": (("kernel", _EXTENTS.format("filters")),),
        "out_channels": (("kernel", _EXTENTS.format("filters")),),
        "in_channels": (("kernel", _EXTENTS.format("channels")),),
        "kernel_size": (("kernel", _EXTENTS.format("rows and columns")), ("size", 'is "size" here')),
        "filter_size": (("kernel", _EXTENTS.format("rows and columns")), ("size", 'is "size" here')),
        "pool_size": (("size", 'is "size" here'),),
        "window": (("size", 'is "size" here'),),
        "strides": (("stride", 'is "stride" here'),),
        "pad": (("padding", 'is "padding" here'),),
        "pads": (("padding", 'is "padding" here'),),
        "dilations": (("dilation", 'is "dilation" here'),),
        "dilation_rate": (("dilation", 'is "dilation" here'),),
        "group": (("groups", 'is "groups" here'),),
        "weight": (("kernel", 'is "kernel" here'),),
        "weights": (("kernel", 'is "kernel" here'), ("weight", 'is "weight" here')),
        "filter": (("kernel", 'is "kernel" here'),),
        "kernels": (("kernel", 'is "kernel" here, one after the other with lines --- between'),),
        "kernel": (("weight", 'is "weight" here'),),
        "matrix": (("weight", 'is "weight" here'),),
        "biases": (("bias", 'is "bias" here'),),
        "use_bias": (("bias", 'is no key here; without a "bias" there is none'),),
        "units": (("weight", _ROWS.format("rows")),),
        "out_features": (("weight", _ROWS.format("rows")),),
        "in_features": (("weight", _ROWS.format("columns")),),
        "negative_slope": (("slope", 'is "slope" here'),),
        "alpha": (("slope", 'is "slope" here'), ("learning_rate", 'is "learning_rate" here')),
        "rate": (("p", 'is "p" here'), ("learning_rate", 'is "learning_rate" here')),
        "prob": (("p", 'is "p" here'),),
        "probability": (("p", 'is "p" here'),),
        "keep_prob": (("p", 'is no key here; "p" is the chance to be dropped'),),
        "eps": (("epsilon", 'is "epsilon" here'),),
        "running_mean": (("mean", 'is "mean" here'),),
        "moving_mean": (("mean", 'is "mean" here'),),
        "running_var": (("variance", 'is "variance" here'),),
        "moving_variance": (("variance", 'is "variance" here'),),
        "var": (("variance", 'is "variance" here'),),
        "num_features": (("gamma", "is no key here: there is one gamma for each channel"),),
        "affine": (("gamma", "is no key here; write gamma = 1 and beta = 0 for each channel"),),
        "size": (("factor", 'is "factor" here'),),
        "scale_factor": (("factor", 'is "factor" here'),),
        "target_shape": (("shape", 'is "shape" here'),),
        "activation": (("", 'is no key here; an activation is a layer of its own: type = "relu"'),),
        "input_shape": (("", "is no key here: [input] says it, or what the layer before gives"),),
        "input_dim": (("", "is no key here: [input] says it, or what the layer before gives"),),
        "label": (("target", 'is "target" here'),),
        "labels": (("target", 'is "target" here'),),
        "y_true": (("target", 'is "target" here'),),
        "reduction": (("target", 'is no key here; where there is a "scale", "1/n" makes it the mean'),),
        "from_logits": (("target", "is no key here; a sigmoid or softmax is a layer of its own"),),
        "lr": (("learning_rate", 'is "learning_rate" here'),),
        "eta": (("learning_rate", 'is "learning_rate" here'),),
        "learningrate": (("learning_rate", 'is "learning_rate" here'),),
        "layer": (("layers", "is [[layers]] here, a table for each layer"),),
        "inputs": (("input", 'is "input" here'),),
        "x": (("input", 'is "input" here'),),
        "batch": (("samples", "is [[samples]] here, a table for each sample"),),
        "criterion": (("loss", "is [loss] here"),),
    }
)


def unknown_type(word: str, names: Iterable[str]) -> str:
    """What is said of a type that is on no shelf: what it is called here, or the nearest word."""
    plain = "".join(sign for sign in word[:100].lower() if sign.isalnum())
    ours = next((name for name in names if name.replace("_", "") == plain), None)
    if ours is not None:
        return f'is "{ours}" here'
    return _TYPES.get(plain) or f"is not known; {suggestion(word, names)}"


def unknown_key(key: str, known: Iterable[str]) -> str:
    """What is said of a key that a table does not have: what it is called here, or the nearest one."""
    names = list(known)
    for ours, said in _KEYS.get(key[:100].lower(), ()):
        if not ours or ours in names:
            return said
    return f"is not known here; {suggestion(key, names)}"
