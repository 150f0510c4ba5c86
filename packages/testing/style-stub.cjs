/** Stands in for icons and style sheets, which JupyterLab bundles as text. */
module.exports = '<svg xmlns="http://www.w3.org/2000/svg"></svg>';
