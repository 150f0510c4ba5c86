/** Stands in for icons and style sheets, which JupyterLab bundles as text. */
module.exports = '<svg></svg>';
